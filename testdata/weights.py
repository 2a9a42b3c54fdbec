#!/usr/bin/env python3
"""Writes weights.npz and weights32.npz, as somebody with NumPy would.

Both hold the parameters of the first network of network.json: weights.npz in
float64 with W2 transposed twice, which NumPy stores column-major, weights32.npz
in float32 and compressed.

Run with Debian's python3-numpy:
    /usr/bin/python3 testdata/weights.py
"""
import json
import pathlib

import numpy as np

here = pathlib.Path(__file__).parent
network = json.loads((here / "network.json").read_text())["cases"][0]
flat, arrays = np.array(network["params"]), {}
for n, (i, o) in enumerate(zip(network["layers"], network["layers"][1:]), 1):
    arrays[f"W{n}"], flat = flat[: i * o].reshape(i, o), flat[i * o :]
    arrays[f"b{n}"], flat = flat[:o], flat[o:]
arrays["W2"] = np.asfortranarray(arrays["W2"])
np.savez(here / "weights.npz", **arrays)
np.savez_compressed(here / "weights32.npz", **{k: v.astype(np.float32) for k, v in arrays.items()})
