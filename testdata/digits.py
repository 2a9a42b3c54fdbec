#!/usr/bin/env python3
"""Draws the PNG files in testdata/digits: strokes of a round pen, as with a mouse.

seven.png is dark on white, 200×280; three-light.png light on black, 320×320 and
off the middle; zero-clear.png dark on transparent, 240×240; seven28.png is 28×28.

Run with Debian's python3-numpy:
    /usr/bin/python3 testdata/digits.py
"""
import pathlib
import struct
import zlib

import numpy as np

STROKES = {  # polylines in a unit square, y downwards
    "seven": [[(0.2, 0.2), (0.8, 0.2), (0.62, 0.5), (0.5, 0.85)]],
    "three": [[(0.25, 0.22), (0.5, 0.14), (0.72, 0.28), (0.66, 0.42), (0.45, 0.5), (0.7, 0.58), (0.76, 0.72), (0.52, 0.88), (0.24, 0.8)]],
    "zero": [[(0.5 + 0.24 * np.cos(a), 0.5 + 0.36 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 40)]],
}


def ink(strokes, height, width, at, side, pen):
    """Ink from 0 to 255: full within the pen's radius of a stroke, soft at its edge."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    far = np.full((height, width), np.inf)
    for line in strokes:
        for (x0, y0), (x1, y1) in zip(line, line[1:]):
            ax, ay, bx, by = at[0] + x0 * side, at[1] + y0 * side, at[0] + x1 * side, at[1] + y1 * side
            along = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2), 0, 1)
            far = np.minimum(far, np.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)))
    return (255 * np.clip(pen + 0.5 - far, 0, 1)).astype(np.uint8)


def write(name, pixels):
    """Writes gray (height×width) or gray with alpha (height×width×2)."""
    kind = {2: 0, 3: 4}[pixels.ndim]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))

    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, kind, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    (pathlib.Path(__file__).parent / "digits" / name).write_bytes(content)


write("seven.png", 255 - ink(STROKES["seven"], 280, 200, (10, 40), 180, 9))
write("three-light.png", ink(STROKES["three"], 320, 320, (120, 130), 180, 9))
alpha = ink(STROKES["zero"], 240, 240, (0, 0), 240, 11)
write("zero-clear.png", np.dstack([np.zeros_like(alpha), alpha]))
write("seven28.png", ink(STROKES["seven"], 28, 28, (2, 2), 24, 1.2))
