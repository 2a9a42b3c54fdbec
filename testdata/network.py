#!/usr/bin/env python3
"""Writes network.json: forward pass, loss and gradient of small networks.

The gradients come three ways, none of them the project's: by the complex step
(exact to rounding), by the experiment's central difference, and by the
complex step with delta = 0.

Run with Debian's python3-numpy:  /usr/bin/python3 testdata/network.py
"""
import json
import pathlib

import numpy as np

DELTA = 1e-7
ACTIVATIONS = {
    "relu": lambda x: np.where(x.real > 0, x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
}


def forward(params, x, activation):
    for i in range(0, len(params), 2):
        x = x @ params[i] + params[i + 1]
        if i + 2 < len(params):
            x = ACTIVATIONS[activation](x)
    e = np.exp(x - x.real.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss(params, x, labels, activation, delta):
    y = forward(params, x, activation)
    return -np.log(y[np.arange(len(labels)), labels] + delta).sum() / len(labels)


def complex_step(params, x, labels, activation, delta):
    grads = []
    for k, p in enumerate(params):
        g = np.zeros_like(p)
        for i in np.ndindex(p.shape):
            q = [a.astype(complex) for a in params]
            q[k][i] += 1e-30j
            g[i] = loss(q, x, labels, activation, delta).imag / 1e-30
        grads.append(g)
    return grads


def central(params, x, labels, activation, delta, h=1e-4):
    grads = []
    for p in params:
        g = np.zeros_like(p)
        for i in np.ndindex(p.shape):
            old = p[i]
            p[i] = old + h
            up = loss(params, x, labels, activation, delta)
            p[i] = old - h
            down = loss(params, x, labels, activation, delta)
            p[i] = old
            g[i] = (up - down) / (2 * h)
        grads.append(g)
    return grads


def flat(arrays):
    return np.concatenate([a.ravel() for a in arrays]).tolist()


def case(layers, activation, rows, seed):
    rng = np.random.RandomState(seed)
    params = []
    for i, o in zip(layers, layers[1:]):
        params += [rng.randn(i, o), 0.1 * rng.randn(o)]
    x = rng.rand(rows, layers[0])
    x[rng.rand(*x.shape) < 0.4] = 0
    x[0] = 0  # a row without any input
    labels = rng.randint(0, layers[-1], rows)
    args = (params, x, labels, activation)
    return {
        "layers": layers,
        "activation": activation,
        "delta": DELTA,
        "params": flat(params),
        "x": x.ravel().tolist(),
        "labels": labels.tolist(),
        "probabilities": forward(params, x, activation).ravel().tolist(),
        "loss": loss(*args, DELTA),
        "gradient": flat(complex_step(*args, DELTA)),
        "gradient_delta_0": flat(complex_step(*args, 0)),
        "central_1e-4": flat(central(*args, DELTA)),
    }


cases = [case([6, 5, 4, 3], a, 4, 8 + i) for i, a in enumerate(ACTIVATIONS)]
cases += [case([3, 2], "relu", 1, 21), case([4, 7, 2], "tanh", 5, 22), case([5, 3, 4, 3, 6], "relu", 3, 23)]
path = pathlib.Path(__file__).with_name("network.json")
path.write_text(json.dumps({"numpy": np.__version__, "cases": cases}, indent=1) + "\n")
