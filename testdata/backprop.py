#!/usr/bin/env python3
"""Writes backprop.json: the experiment's two runs in NumPy with exact gradients.

The experiment's own losses come from central differences at h = 1e-4, which
straddle a corner of a ReLU here and there; these do not.

Run with Debian's python3-numpy, and the folder that holds MNIST's four gzip files:
    /usr/bin/python3 testdata/backprop.py FOLDER
"""
import gzip
import json
import pathlib
import sys

import numpy as np

DELTA, LR, STEPS, BATCH = 1e-7, 0.01, 1000, 10
folder = pathlib.Path(sys.argv[1])


def read(name, header):
    return np.frombuffer(gzip.open(folder / name).read(), np.uint8, offset=header)


pixels = (read("train-images-idx3-ubyte.gz", 16).astype(np.float32) / 255).reshape(-1, 784).astype(np.float64)
labels = read("train-labels-idx1-ubyte.gz", 8).astype(int)


def forward(w, b, x):
    a = [x]
    for k in range(3):
        z = a[-1] @ w[k] + b[k]
        a.append(np.maximum(z, 0) if k < 2 else z)
    e = np.exp(a[-1] - a[-1].max(axis=1, keepdims=True))
    return a, e / e.sum(axis=1, keepdims=True)


def loss(y, t):
    return -np.log(y[np.arange(len(t)), t] + DELTA).sum() / len(t)


def step(w, b, x, t):
    a, y = forward(w, b, x)
    rows = np.arange(len(t))
    dy = np.zeros_like(y)
    dy[rows, t] = -1 / (y[rows, t] + DELTA) / len(t)
    dz = y * (dy - (dy * y).sum(axis=1, keepdims=True))
    grads = []
    for k in (2, 1, 0):
        grads.append((a[k].T @ dz, dz.sum(axis=0)))
        if k:
            dz = (dz @ w[k].T) * (a[k] > 0)
    for k, (gw, gb) in zip((2, 1, 0), grads):
        w[k] -= LR * gw
        b[k] -= LR * gb
    return loss(forward(w, b, x)[1], t)


def run(fixed):
    np.random.seed(8)
    rows = np.random.choice(60000, BATCH) if fixed else None
    sizes = [784, 50, 100, 10]
    w = [0.1 * np.random.randn(i, o) for i, o in zip(sizes, sizes[1:])]
    b = [np.zeros(o) for o in sizes[1:]]
    losses = []
    for _ in range(STEPS):
        if not fixed:
            rows = np.random.choice(60000, BATCH)
        losses.append(step(w, b, pixels[rows], labels[rows]))
    return losses


path = pathlib.Path(__file__).with_name("backprop.json")
path.write_text(json.dumps({"numpy": np.__version__, "sgd": run(False), "fixed": run(True)}, indent=1) + "\n")
