#!/usr/bin/env python3
"""Writes rand.json: what NumPy's legacy generator draws.

Run with Debian's python3-numpy:  /usr/bin/python3 testdata/rand.py
"""
import json
import pathlib

import numpy as np


def draws(seed):
    """A mixture in which choice falls between the two normals of a pair."""
    np.random.seed(seed)
    return {
        "seed": seed,
        "random": np.random.random_sample(5).tolist(),
        "normal": np.random.randn(5).tolist(),
        "choice_10": np.random.choice(10, 12).tolist(),
        "choice_1": np.random.choice(1, 3).tolist(),
        "normal_again": np.random.randn(4).tolist(),
        "choice_60000": np.random.choice(60000, 10).tolist(),
        "choice_65536": np.random.choice(65536, 5).tolist(),
        "choice_2_31": np.random.choice(2**31, 5).tolist(),
    }


def start(scheme):
    """The weights of a small network that begins in another way than the experiment."""
    np.random.seed(8)
    w = []
    for i, o in zip([6, 5, 4], [5, 4, 3]):
        s = {"std": 0.05, "he": np.sqrt(2 / i), "xavier": np.sqrt(1 / i)}[scheme]
        w.append(s * np.random.randn(i, o))
    return {"scheme": scheme, "layers": [6, 5, 4, 3], "w": [x.ravel().tolist() for x in w]}


def experiment(seed, batch_first):
    """The draws of the experiment's runs, in their order."""
    np.random.seed(seed)
    batches, sizes = [], [784, 50, 100, 10]
    if batch_first:
        batches.append(np.random.choice(60000, 10))
    w = [0.1 * np.random.randn(i, o) for i, o in zip(sizes, sizes[1:])]
    if not batch_first:
        batches = [np.random.choice(60000, 10) for _ in range(1000)]
    return {
        "seed": seed,
        "batch_first": batch_first,
        "first": [x.flat[0] for x in w],
        "last": [x.flat[-1] for x in w],
        # The sum of the bit patterns modulo 2^64 pins every one of the draws.
        "bits": [str(int(np.sum(x.view(np.uint64), dtype=np.uint64))) for x in w],
        "first_batch": batches[0].tolist(),
        "last_batch": batches[-1].tolist(),
        "batch_sum": int(sum(b.sum() for b in batches)),
    }


out = {
    "numpy": np.__version__,
    "draws": [draws(s) for s in (0, 1, 8, 2**32 - 1)],
    "experiment": [experiment(8, False), experiment(8, True)],
    "start": [start(s) for s in ("std", "he", "xavier")],
}
path = pathlib.Path(__file__).with_name("rand.json")
path.write_text(json.dumps(out, indent=1) + "\n")
