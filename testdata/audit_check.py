"""Cross-checks verdicts of the audit against PyTorch, by other formulas than Go's.

Reads what `gradtwin audit --json` prints, rebuilds the case's inputs and
weights, and sets the audit's numbers against PyTorch's:

    gradtwin audit --json | python3 testdata/audit_check.py

The right number of every cell must be PyTorch's; Gorgonia's must be so too where
the verdict is right, and nowhere else.
"""
import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def draw(shape, low, high, k):
    """The inputs of input.array in graph/audit."""
    n = math.prod(shape)
    out = []
    for i in range(n):
        u = math.fmod(0.37 + (i + 1) * 0.6180339887498949 + 0.271 * k, 1)
        v = 1000 * (low + (high - low) * u)
        v = math.copysign(math.floor(abs(v) + 0.5), v) / 1000  # Go rounds half away from zero
        if abs(v) < 0.1 and low < 0:
            v += math.copysign(0.1, v)
        out.append(v)
    return torch.tensor(out).reshape(shape)


pool = lambda k, s, p: (lambda x: F.avg_pool2d(x, k, s, p))
tall = (2, 2, 3, 2)

# (operation, variant): inputs as (shape, low, high), and the function.
CASES = {
    # wrong on the tape machine
    ("Log2", "4"): ([((4,), 0.3, 3)], torch.log2),
    ("Log2", "2x3"): ([((2, 3), 0.3, 3)], torch.log2),
    ("InverseSqrt", "4"): ([((4,), 0.4, 3)], torch.rsqrt),
    ("InverseSqrt", "2x3"): ([((2, 3), 0.4, 3)], torch.rsqrt),
    ("OuterProd", "3, 3"): ([((3,), -2, 2), ((3,), -2, 2)], torch.outer),
    ("ByIndices", "4, axis 0, [2 0]"): ([((4,), -2, 2)], lambda x: x[[2, 0]]),
    ("ByIndices", "2x4, axis 1, [3 0]"): ([((2, 4), -2, 2)], lambda x: x[:, [3, 0]]),
    ("AveragePool2D", "1x1x4x4, kernel 2x2, stride 2x2"): ([((1, 1, 4, 4), 0.5, 2)], pool(2, 2, 0)),
    ("AveragePool2D", "2x3x4x4, kernel 2x2, stride 2x2"): ([((2, 3, 4, 4), 0.5, 2)], pool(2, 2, 0)),
    ("AveragePool2D", "2x1x4x4, kernel 2x2, stride 2x2, pad 1x1"): ([((2, 1, 4, 4), 0.5, 2)], pool(2, 2, 1)),
    ("AveragePool2D", "1x1x3x4, kernel 2x2, stride 1x2, pad 1x0"): ([((1, 1, 3, 4), 0.5, 2)], pool(2, (1, 2), (1, 0))),
    ("SoftMax", "3x1"): ([((3, 1), -1, 1)], lambda x: F.softmax(x, 0)),
    ("LogSoftMax", "3x1"): ([((3, 1), -1, 1)], lambda x: F.log_softmax(x, 0)),
    # wrong values
    ("AveragePool2D", "2x2x3x5, kernel 2x3"): ([((2, 2, 3, 5), 0.5, 2)], pool((2, 3), 1, 0)),
    ("AveragePool2D", "2x2x5x5, kernel 3x3, stride 2x2"): ([((2, 2, 5, 5), 0.5, 2)], pool(3, 2, 0)),
    ("AveragePool2D", "1x1x5x5, kernel 2x2, stride 3x3"): ([((1, 1, 5, 5), 0.5, 2)], pool(2, 3, 0)),
    ("AveragePool1D", "2x2x1x6, kernel 2, stride 1x2"): ([((2, 2, 1, 6), 0.5, 2)], pool((1, 2), (1, 2), 0)),
    ("MaxPool2D", "1x1x3x3, kernel 2x2, pad 0, 1, 0, 1"): ([((1, 1, 3, 3), 0.5, 2)], lambda x: F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-math.inf), 2, 1)),
    ("Sum", "2x2x3x2, axis 2"): ([(tall, -2, 2)], lambda x: x.sum(2)),
    ("Sum", "2x2x3x2, axes 2, 3"): ([(tall, -2, 2)], lambda x: x.sum((2, 3))),
    ("Mean", "2x2x3x2, axis 2"): ([(tall, -2, 2)], lambda x: x.mean(2)),
    ("Max", "2x2x3x2, axis 2"): ([(tall, -2, 2)], lambda x: x.amax(2)),
    ("LogSumExp", "4, axis 0"): ([((4,), -2, 2)], lambda x: x.logsumexp(0)),
    ("Norm", "4, axis 0, p = 1"): ([((4,), -2, 2)], lambda x: x.norm(1, 0)),
    ("Norm", "4, axis 0, p = 3"): ([((4,), -2, 2)], lambda x: x.norm(3, 0)),
    # right on the tape machine and wrong on the Lisp machine
    ("Add", "4, scalar"): ([((4,), -2, 2), ((), -2, 2)], torch.add),
    ("HadamardProd", "2x3, scalar"): ([((2, 3), -2, 2), ((), -2, 2)], torch.mul),
    ("HadamardDiv", "2x3, scalar"): ([((2, 3), 0.5, 2), ((), 0.5, 2)], torch.div),
    ("BroadcastAdd", "2x3, 1x3"): ([((2, 3), -2, 2), ((1, 3), -2, 2)], torch.add),
    ("BroadcastHadamardProd", "2x3, 2x1"): ([((2, 3), -2, 2), ((2, 1), -2, 2)], torch.mul),
    ("BroadcastSub", "2x3x2, 1x3x2"): ([((2, 3, 2), -2, 2), ((1, 3, 2), -2, 2)], torch.sub),
    ("Conv2d", "2x2x4x4, kernel 2x2x2x2, stride 2x2"): ([((2, 2, 4, 4), -1, 1), ((2, 2, 2, 2), -1, 1)], lambda x, f: F.conv2d(x, f, stride=2)),
    ("Conv2d", "2x2x3x3, kernel 2x2x2x2, pad 1x1"): ([((2, 2, 3, 3), -1, 1), ((2, 2, 2, 2), -1, 1)], lambda x, f: F.conv2d(x, f, padding=1)),
    ("Conv2d", "1x2x4x4, kernel 2x2x2x2, dilation 2x2"): ([((1, 2, 4, 4), -1, 1), ((2, 2, 2, 2), -1, 1)], lambda x, f: F.conv2d(x, f, dilation=2)),
    ("MaxPool2D", "2x2x5x5, kernel 3x3, stride 2x2"): ([((2, 2, 5, 5), 0.5, 2)], lambda x: F.max_pool2d(x, 3, 2)),
    ("Max", "2x3, axis 1"): ([((2, 3), -2, 2)], lambda x: x.amax(1)),
    ("GroupNorm", "2x4x2x2, 2 groups"): ([((2, 4, 2, 2), -2, 2), ((1, 4, 1, 1), 0.5, 2), ((1, 4, 1, 1), -1, 1)], lambda x, g, b: F.group_norm(x, 2, g.reshape(-1), b.reshape(-1), 1e-5)),
    ("Tanh", "2x3"): ([((2, 3), -2, 2)], torch.tanh),
    ("Sigmoid", "2x3"): ([((2, 3), -3, 3)], torch.sigmoid),
    ("Mish", "4"): ([((4,), -3, 3)], F.mish),
    ("SoftMax", "2x3x2, axis 1"): ([((2, 3, 2), -1, 1)], lambda x: F.softmax(x, 1)),
    ("LogSoftMax", "2x3"): ([((2, 3), -1, 1)], lambda x: F.log_softmax(x, 1)),
    ("Mul", "2x3, 3x4"): ([((2, 3), -2, 2), ((3, 4), -2, 2)], torch.matmul),
    ("BatchedMatMul", "2x2x3, 2x3x4"): ([((2, 2, 3), -2, 2), ((2, 3, 4), -2, 2)], torch.bmm),
    ("Transpose", "2x3x4, axes 1, 2, 0"): ([((2, 3, 4), -2, 2)], lambda x: x.permute(1, 2, 0)),
    ("Slice", "4x3, [1:3, 0:2]"): ([((4, 3), -2, 2)], lambda x: x[1:3, 0:2]),
    ("Concat", "2x3, 2x2, axis 1"): ([((2, 3), -2, 2), ((2, 2), -2, 2)], lambda a, b: torch.cat((a, b), 1)),
    ("BatchNorm", "4x2x2x2, scale 1x2x1x1, ε 0.1"): ([((4, 2, 2, 2), -2, 2), ((1, 2, 1, 1), 0.5, 2), ((1, 2, 1, 1), -1, 1)], lambda x, g, b: F.batch_norm(x, None, None, g.reshape(-1), b.reshape(-1), True, eps=0.1)),
    ("Upsample2D", "2x2x2x3, scale 2"): ([((2, 2, 2, 3), -2, 2)], lambda x: F.interpolate(x, scale_factor=2)),
}
NAMES = {"OuterProd": "ab", "Add": "ab", "HadamardProd": "ab", "HadamardDiv": "ab", "BroadcastAdd": "ab", "Mul": "ab", "BatchedMatMul": "ab", "Concat": "ab", "BatchNorm": "xγβ", "BroadcastHadamardProd": "ab", "BroadcastSub": "ab", "Conv2d": "xf", "GroupNorm": "xγβ"}


def numbers(case, cell):
    """y, the cost, and the gradients of the cell's scalar, in x."""
    inputs, f = case
    xs = [draw(s, lo, hi, k).requires_grad_() for k, (s, lo, hi) in enumerate(inputs)]
    y = f(*xs)
    cost = (y * draw(tuple(y.shape), -1, 1, 7)).sum()
    if "twice" in cell:
        cost = cost + sum((x * draw(tuple(x.shape), -1, 1, 11 + k)).sum() for k, x in enumerate(xs))
    return y, cost, torch.autograd.grad(cost, xs)


def main():
    checked, rights, bad = {}, 0, 0
    for line in sys.stdin:
        row = json.loads(line)
        case = CASES.get((row.get("op"), row.get("variant")))
        if case is None:
            continue
        for o in row["outcomes"]:
            if not o.get("element"):
                continue
            y, cost, grads = numbers(case, o["cell"])
            name, _, index = o["element"].partition("[")
            at = tuple(int(i) for i in index.rstrip("]").split(",")) if index else ()
            if name == "Σw·y":
                want = cost.item()
            elif name == "y":
                want = y[at].item()
            else:
                want = grads[NAMES.get(row["op"], "x").index(name)][at].item()
            agrees = abs(o.get("want", 0) - want) <= 1e-6 * max(1, abs(want))
            tolerance = 1e-3 if "float32" in o["cell"] else 1e-6
            differs = abs(o.get("got", 0) - want) > tolerance * max(1e-3, abs(want))
            checked[o["verdict"]] = checked.get(o["verdict"], set()) | {row["op"] + " (" + row["variant"] + ")"}
            if not agrees or differs == (o["verdict"] == "right"):
                bad += 1
                print("DISAGREES", row["op"], row["variant"], o, "PyTorch:", want)
    for verdict, names in sorted(checked.items()):
        print(f"{verdict}: {len(names)} cases confirmed by PyTorch {torch.__version__}: {'; '.join(sorted(names))}")
    sys.exit(1 if bad or not checked else 0)


main()
