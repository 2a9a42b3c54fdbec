#!/usr/bin/python3
"""Times one SGD step in PyTorch against gradtwin's graph backend, in one run.

    apt-get install python3-torch libopenblas0-pthread
    go build ./cmd/gradtwin
    testdata/torch_step.py ./gradtwin [--rounds 7] [--batch 10,100,1000] [--dtype float64]

On a machine that others use too, compare the processor's time of a thread:

    go test -c -o graph.test ./graph
    testdata/torch_step.py ./gradtwin --cpu ./graph.test

A step is forward, backward, update, and the loss after the update, of the
experiment's network on real MNIST rows, on one thread. The two take turns;
printed are the medians and the median of the ratios of neighbours.
"""
import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np
import torch

LAYERS = (784, 50, 100, 10)
DELTA, LR = 1e-7, 0.01


def idx(folder, name, header):
    with gzip.open(os.path.join(folder, name)) as f:
        return np.frombuffer(f.read(), np.uint8, offset=header)


def step_of(batch, dtype, images, labels):
    """Returns a function that takes one step."""
    rng = np.random.RandomState(8)
    params = []
    for n, m in zip(LAYERS, LAYERS[1:]):
        params += [torch.tensor(0.1 * rng.randn(n, m), dtype=dtype, requires_grad=True),
                   torch.zeros(m, dtype=dtype, requires_grad=True)]
    rows = rng.choice(len(labels), batch)
    x = torch.tensor(images[rows], dtype=dtype)
    t = torch.zeros(batch, LAYERS[-1], dtype=dtype)
    t[range(batch), torch.tensor(labels[rows], dtype=torch.long)] = 1

    def loss():
        a = x
        for k in range(0, len(params), 2):
            a = torch.addmm(params[k + 1], a, params[k])
            if k + 2 < len(params):
                a = torch.relu(a)
        return -(t * torch.log(torch.softmax(a, 1) + DELTA)).sum() / batch

    def step():
        for p in params:
            p.grad = None
        loss().backward()
        with torch.no_grad():
            for p in params:
                p.sub_(p.grad, alpha=LR)
            return loss().item()

    return step


def seconds(step, budget):
    step()
    n, start = 0, time.perf_counter()
    while time.perf_counter() - start < budget:
        step()
        n += 1
    return (time.perf_counter() - start) / n


def cpu_seconds(step, budget):
    """Returns the median processor time of a step."""
    step()
    times, end = [], time.perf_counter() + budget
    while time.perf_counter() < end:
        start = time.thread_time_ns()
        step()
        times.append(time.thread_time_ns() - start)
    return statistics.median(times) / 1e9


def cpu_gradtwin(binary, batch, dtype, budget):
    out = subprocess.run(
        [os.path.abspath(binary), "-test.run", "^$", "-test.bench", f"^BenchmarkStep$/dtype={dtype}/batch={batch}$",
         "-test.benchtime", f"{budget}s"],
        stdout=subprocess.PIPE, check=True, text=True, env={**os.environ, "GOMAXPROCS": "1"}).stdout
    fields = next(l for l in out.splitlines() if l.startswith("BenchmarkStep/")).split()
    return float(fields[fields.index("cpu-ns/op") - 1]) / 1e9


def gradtwin(binary, batch, dtype, budget):
    out = subprocess.run(
        [binary, "bench", "--op", "step", "--backend", "graph", "--batch", str(batch), "--dtype", dtype,
         "--count", "1", "--benchtime", f"{budget}s", "--progress", "none"],
        stdout=subprocess.PIPE, check=True, text=True, env={**os.environ, "GOMAXPROCS": "1"}).stdout
    line = next(l for l in out.splitlines() if l.startswith("BenchmarkStep/"))
    return float(line.split()[2]) / 1e9


def main():
    arg = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arg.add_argument("binary")
    arg.add_argument("--rounds", type=int, default=7)
    arg.add_argument("--batch", default="10,100,1000")
    arg.add_argument("--dtype", default="float64")
    arg.add_argument("--seconds", type=float, default=0.5, help="of each measurement")
    arg.add_argument("--cpu", metavar="TEST", help="compare the processor's time, by this test binary of package graph")
    a = arg.parse_args()
    torch.set_num_threads(1)
    data = json.loads(subprocess.run([a.binary, "data", "--json"], stdout=subprocess.PIPE, check=True).stdout)
    images = (idx(data["dir"], "train-images-idx3-ubyte.gz", 16).reshape(-1, 784).astype(np.float32) / np.float32(255))
    labels = idx(data["dir"], "train-labels-idx1-ubyte.gz", 8)
    clock = "the processor's time" if a.cpu else "time on the wall"
    print(f"PyTorch {torch.__version__}, 1 thread; {a.rounds} rounds, {a.dtype}, {clock}")
    print("batch  PyTorch µs  gradtwin µs  ratio (lowest to highest)")
    for batch in map(int, a.batch.split(",")):
        step = step_of(batch, getattr(torch, a.dtype), images, labels)
        if a.cpu:
            both = lambda: (cpu_seconds(step, a.seconds), cpu_gradtwin(a.cpu, batch, a.dtype, a.seconds))
        else:
            both = lambda: (seconds(step, a.seconds), gradtwin(a.binary, batch, a.dtype, a.seconds))
        pairs = [both() for _ in range(a.rounds)]
        ratios = sorted(g / t for t, g in pairs)
        t, g = (1e6 * statistics.median(column) for column in zip(*pairs))
        print(f"{batch:5}  {t:10.0f}  {g:11.0f}  {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
