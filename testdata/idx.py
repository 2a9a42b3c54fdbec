#!/usr/bin/env python3
"""Writes small data sets in MNIST's format: tiny/, which is sound, and bad/,
whose folders have one fault each.

The images are seven-segment digits of 28×28 pixels, shifted, with uneven ink,
so that a network can learn them. Only the standard library is used. The
script prints what the tests expect of tiny/.

    python3 testdata/idx.py
"""
import gzip
import pathlib
import random
import struct

HERE = pathlib.Path(__file__).parent
SIZE = 28
# x, y, width, height of the segments a to g in a frame of 14×22 pixels.
SEGMENTS = {
    "a": (0, 0, 14, 3), "b": (11, 0, 3, 12), "c": (11, 10, 3, 12), "d": (0, 19, 14, 3),
    "e": (0, 10, 3, 12), "f": (0, 0, 3, 12), "g": (0, 9, 14, 3),
}
DIGITS = ["abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg"]


def draw(rng, label):
    pixels = bytearray(SIZE * SIZE)
    left, top = rng.randint(4, 10), rng.randint(1, 5)
    for segment in DIGITS[label]:
        x, y, width, height = SEGMENTS[segment]
        for row in range(top + y, top + y + height):
            for column in range(left + x, left + x + width):
                pixels[row * SIZE + column] = rng.randint(64, 255)
    return bytes(pixels)


def images(items):
    return struct.pack(">4i", 0x803, len(items), SIZE, SIZE) + b"".join(items)


def labels(items):
    return struct.pack(">2i", 0x801, len(items)) + bytes(items)


def rows(rng, count):
    """Every label comes equally often, in random order."""
    order = [i % 10 for i in range(count)]
    rng.shuffle(order)
    return [draw(rng, label) for label in order], order


def write(folder, files):
    (HERE / folder).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        # mtime=0: the same bytes at every run.
        (HERE / folder / (name + ".gz")).write_bytes(gzip.compress(content, 9, mtime=0))


def data(seed, train, test):
    rng = random.Random(seed)
    train_images, train_labels = rows(rng, train)
    test_images, test_labels = rows(rng, test)
    return {
        "train-images-idx3-ubyte": images(train_images),
        "train-labels-idx1-ubyte": labels(train_labels),
        "t10k-images-idx3-ubyte": images(test_images),
        "t10k-labels-idx1-ubyte": labels(test_labels),
    }


tiny = data(1, 60, 20)
write("tiny", tiny)
for name, content in tiny.items():
    body = content[16 if "images" in name else 8:]
    print(f"{name}: sum {sum(body)}, non-zero {sum(map(bool, body))} of {len(body)}, first label or pixels {list(body[:8])}")

small = data(2, 10, 10)
write("bad/truncated", small | {
    # The fourth image ends in its middle: the compressed file itself is sound.
    "train-images-idx3-ubyte": small["train-images-idx3-ubyte"][:16 + 3 * SIZE * SIZE + 392],
})
write("bad/counts", small | {"train-labels-idx1-ubyte": labels(list(small["train-labels-idx1-ubyte"][8:])[:9])})
wrong = bytearray(small["train-labels-idx1-ubyte"])
wrong[8 + 3] = 200
write("bad/label200", small | {"train-labels-idx1-ubyte": bytes(wrong)})
