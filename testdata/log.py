#!/usr/bin/env python3
"""Writes log.json: the C library's natural logarithm, as NumPy's generator calls it.

Run with Debian's python3:  /usr/bin/python3 testdata/log.py
"""
import json
import math
import pathlib
import random

random.seed(1)
xs = [1.0, 0.5, 2.0, math.e, 1 - 2**-4, 1 - 2**-53, 1 + 2**-52, 2**-1022, 1.7976931348623157e308]
xs += [random.random() for _ in range(200)]
xs += [1 + (random.random() - 0.5) / 8 for _ in range(200)]  # where the polynomial near 1 is used
xs += [math.ldexp(random.random() + 0.5, random.randint(-1000, 1000)) for _ in range(100)]
path = pathlib.Path(__file__).with_name("log.json")
path.write_text(json.dumps([[x, math.log(x)] for x in xs], indent=1) + "\n")
