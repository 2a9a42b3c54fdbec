"""Re-checks verdicts of the audit, drawn at random, in PyTorch.

Evaluates the Go expression of a row with PyTorch's functions in the place of
Gorgonia's, on the same inputs, and sets value and gradient against the numbers
of the verdict:

    gradtwin audit --json --fuzz | python3 testdata/audit_recheck.py 60 1

draws 60 verdicts from seed 1. Of a verdict "right", and of the right number of
every other, PyTorch must say the same; where the verdict is "wrong", PyTorch must
not agree with Gorgonia. Verdicts without numbers (errors, panics) are not drawn. With
a third argument, a file, it writes what PyTorch says there, for the tests:

    gradtwin audit --json | python3 testdata/audit_recheck.py 60 1 testdata/audit_recheck.json
"""
import itertools
import json
import math
import random as rnd
import re
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
STRIDES = [0.6180339887498949, 0.41421356237309505]


def draw(inp, k, n):
    """The inputs of input.array in graph/audit in draw n."""
    shape = inp["shape"] or []
    if inp.get("values"):
        return torch.tensor(inp["values"]).reshape(shape)
    out = []
    for i in range(math.prod(shape)):
        u = math.fmod(0.37 + (i + 1) * STRIDES[n] + 0.271 * k, 1)
        v = 1000 * (inp["low"] + (inp["high"] - inp["low"]) * u)
        v = math.copysign(math.floor(abs(v) + 0.5), v) / 1000
        if abs(v) < 0.1 and inp["low"] < 0:
            v += math.copysign(0.1, v)
        out.append(v)
    return torch.tensor(out).reshape(shape)


def weights(k, shape):
    return draw({"shape": list(shape), "low": -1, "high": 1}, k, 0)


def uniform(k):
    return math.fmod(0.37 + (k + 1) * STRIDES[1], 1)


def column(x, axes, f):
    if axes:
        return f(x, axes[0])
    return f(x, 0 if x.dim() == 2 and x.shape[1] == 1 else -1)


def sparsemax(x, axis):
    z, _ = x.sort(axis, descending=True)
    x, z = x.movedim(axis, -1), z.movedim(axis, -1)
    k = torch.arange(1, z.shape[-1] + 1)
    support = (1 + k * z > z.cumsum(-1)).sum(-1, keepdim=True)
    tau = (z.cumsum(-1).gather(-1, support - 1) - 1) / support
    return torch.clamp(x - tau, min=0).movedim(-1, axis)


def aligned(f):
    def of(a, b, *_):
        return f(a, b)
    return of


def pads(p):
    return [p[0], p[0], p[1], p[1]] if len(p) == 2 else p


def pool(x, kernel, pad, stride, f, value):
    t, b, l, r = pads(pad)
    return f(F.pad(x, (l, r, t, b), value=value), tuple(kernel), tuple(stride))


def unfold(x, kernel, pad, stride, dilation):
    n = [(x.shape[2 + i] + 2 * pad[i] - (kernel[i] - 1) * dilation[i] - 1) // stride[i] + 1 for i in range(2)]
    return F.unfold(x, tuple(kernel), tuple(dilation), tuple(pad), tuple(stride)).transpose(1, 2).reshape(x.shape[0], n[0], n[1], -1)


def cut(x, *spans):
    return x[tuple(slice(None) if s is None else s for s in spans)]


def ctc(p, t, m, n, mean):
    """By all paths: F.ctc_loss's own gradient holds for a log_softmax alone, as Gorgonia's."""
    total = 0
    for b in range(p.shape[1]):
        steps, labels = int(m[b]), [int(v) for v in t[b][:int(n[b])]]
        logs = []
        for path in itertools.product(range(p.shape[2]), repeat=steps):
            if [k for k, _ in itertools.groupby(path) if k] == labels:
                logs.append(sum(p[s, b, k] for s, k in enumerate(path)))
        total = total - torch.logsumexp(torch.stack(logs), 0) / (len(labels) * p.shape[1] if mean else 1)
    return total


def dropout(evaluation):
    def of(x, p):
        if evaluation:
            return x
        mask = torch.tensor([1 / (1 - p) if uniform(i) < 1 - p else 0.0 for i in range(x.numel())])
        return x * mask.reshape(x.shape)
    return of


class Gorgonia:
    ReductionSum, ReductionMean = False, True

    def __init__(self, row):
        self.row = row
        self.evaluation = "evaluation" in row["variant"]
        self.Dropout = dropout(self.evaluation)
        self.CTCLoss = ctc
        to = row["variant"].rpartition(" to ")[2]
        self.ConvType = lambda x, *_: x.trunc() if "int" in to else x

    def __getattr__(self, name):
        return FUNCTIONS[name]

    def BatchNorm(self, x, scale, shift, momentum, epsilon):
        dims = [d for d in range(x.dim()) if d != 1]
        if self.evaluation:
            mean, var = 0.5, torch.tensor(2.0)
        else:
            mean, var = x.mean(dims, keepdim=True), x.var(dims, unbiased=False, keepdim=True)
        return scale * (x - mean) / torch.sqrt(var + epsilon) + shift


def reduction(f, whole):
    return lambda x, *axes: f(x, tuple(axes)) if axes else whole(x)


def keep_dims(x, left, f):
    y = f(x)
    ones = [1] * (x.dim() - y.dim())
    return y.reshape(ones + list(y.shape) if left else list(y.shape) + ones)


def held(x, *_):
    return None


FUNCTIONS = {
    "Must": lambda x: x, "NewConstant": lambda x: x, "Abs": torch.abs, "Sin": torch.sin, "Cos": torch.cos, "Exp": torch.exp, "Log": torch.log,
    "Log2": torch.log2, "Neg": torch.neg, "Square": torch.square, "Sqrt": torch.sqrt, "Inverse": torch.reciprocal, "InverseSqrt": torch.rsqrt,
    "Cube": lambda x: x ** 3, "Tanh": torch.tanh, "Sigmoid": torch.sigmoid, "Log1p": torch.log1p, "Expm1": torch.expm1,
    "Softplus": lambda x: F.softplus(x, threshold=1e9), "Mish": F.mish, "Rectify": torch.relu, "LeakyRelu": F.leaky_relu,
    "Sign": torch.sign, "Ceil": torch.ceil, "Floor": torch.floor,
    "Add": torch.add, "Sub": torch.sub, "HadamardProd": torch.mul, "HadamardDiv": torch.div, "Div": torch.div, "Pow": torch.pow,
    "MinBetween": torch.minimum, "MaxBetween": torch.maximum,
    "Lt": aligned(lambda a, b: (a < b).double()), "Lte": aligned(lambda a, b: (a <= b).double()), "Gt": aligned(lambda a, b: (a > b).double()),
    "Gte": aligned(lambda a, b: (a >= b).double()), "Eq": aligned(lambda a, b: (a == b).double()), "Ne": aligned(lambda a, b: (a != b).double()),
    "Auto": lambda f, a, b: f(a, b),
    "Sum": reduction(lambda x, a: x.sum(a), torch.sum), "Mean": reduction(lambda x, a: x.mean(a), torch.mean), "Max": reduction(lambda x, a: x.amax(a), torch.amax),
    "KeepDims": keep_dims, "LogSumExp": torch.logsumexp, "Norm": lambda x, axis, p: torch.linalg.vector_norm(x, p, axis),
    "ReduceAdd": lambda xs: sum(xs[1:], xs[0]), "ReduceMul": lambda xs: math.prod(xs[1:], start=xs[0]),
    "Mul": lambda a, b: a * b if a.dim() == 0 or b.dim() == 0 else torch.matmul(a, b), "OuterProd": torch.outer,
    "BatchedMatMul": lambda a, b, s, t: torch.matmul(a.transpose(-1, -2) if s else a, b.transpose(-1, -2) if t else b),
    "Tensordot": lambda s, t, a, b: torch.tensordot(a, b, dims=(s, t)),
    "Reshape": lambda x, s: x.reshape(s), "Ravel": lambda x: x.reshape(-1), "Transpose": lambda x, *axes: x.permute(axes),
    "S": slice, "Slice": cut, "Concat": lambda axis, *xs: torch.cat(xs, axis), "Unconcat": lambda x, axis, n: torch.chunk(x, n, axis),
    "At": lambda x, *at: x[at], "ByIndices": lambda x, i, axis: torch.index_select(x, axis, i.long()), "DiagFlat": torch.diagflat,
    "SoftMax": lambda x, *axes: column(x, axes, torch.softmax), "LogSoftMax": lambda x, *axes: column(x, axes, torch.log_softmax),
    "Sparsemax": lambda x, *axes: sparsemax(x, axes[0] if axes else -1),
    "BinaryXent": lambda p, t: -t * torch.log(p) - (1 - t) * torch.log(1 - p),
    "Conv2d": lambda x, f, k, pad, stride, dilation: F.conv2d(x, f, None, tuple(stride), tuple(pad), tuple(dilation)), "Im2Col": unfold,
    "Conv1d": lambda x, f, k, pad, stride, dilation: F.conv2d(x, f, None, (1, stride), (0, pad), (1, dilation)),
    "MaxPool2D": lambda x, k, p, s: pool(x, k, p, s, F.max_pool2d, -math.inf), "AveragePool2D": lambda x, k, p, s: pool(x, k, p, s, F.avg_pool2d, 0),
    "MaxPool1D": lambda x, k, p, s: pool(x, (1, k), (0, p), (1, s), F.max_pool2d, -math.inf),
    "AveragePool1D": lambda x, k, p, s: pool(x, (1, k), (0, p), (1, s), F.avg_pool2d, 0),
    "GlobalAveragePool2D": lambda x: x.mean((2, 3), keepdim=True), "Upsample2D": lambda x, n: F.interpolate(x, scale_factor=n),
    "GroupNorm": lambda x, g, b, n, c, e: F.group_norm(x, n, g.reshape(-1), b.reshape(-1), e),
}
for name in ("Uniform", "Gaussian", "Binomial"):
    FUNCTIONS[name + "RandomNode"] = lambda g, dtype, a, b, *shape: torch.tensor([1 + uniform(i) for i in range(math.prod(shape))]).reshape(shape)
for name, of in {"Add": "Add", "Sub": "Sub", "HadamardProd": "HadamardProd", "HadamardDiv": "HadamardDiv", "Pow": "Pow", "Lt": "Lt", "Lte": "Lte", "Gt": "Gt", "Gte": "Gte", "Eq": "Eq", "Ne": "Ne"}.items():
    FUNCTIONS["Broadcast" + name] = aligned(FUNCTIONS[of])


def python(code):
    """The Go expression in Python."""
    if "gorgonia.BatchNorm(" in code:
        return re.search(r"gorgonia\.BatchNorm\([^)]*\)", code).group()
    if "gorgonia.Unconcat(" in code:
        return re.search(r"gorgonia\.Unconcat\([^)]*\)", code).group() + "[1]"
    code = re.sub(r"func\(n \*gorgonia\.Node\) \(\*gorgonia\.Node, error\) \{ return (.*) \}", r"lambda n: \1", code)
    code = re.sub(r"(tensor\.Shape|gorgonia\.Nodes|\[\]int|\[\]byte)\{([^}]*)\}", r"[\2]", code)
    code = re.sub(r"float(32|64)\(", "(", code)
    code = re.sub(r"(\w+)\.Dtype\(\)", "None", code)
    code = re.sub(r"tensor\.(\w+)", "None", code)
    return re.sub(r"\btrue\b", "True", re.sub(r"\bfalse\b", "False", re.sub(r"\bnil\b", "None", code)))


def numbers(row, o):
    """y, the cost, and the gradients of the cell's scalar by the names of inputs."""
    inputs = row["in"]
    xs = {n["name"]: draw(n, k, o.get("draw", 0)) for k, n in enumerate(inputs)}
    free = [n["name"] for n in inputs if not (n.get("fixed") or n.get("constant") or n.get("type", "").startswith(("int", "uint")))]
    for name in free:
        xs[name].requires_grad_()
    y = eval(python(row["code"]), {"gorgonia": Gorgonia(row), "g": None, **xs})
    cost = y.sum() if o.get("plain") else (y * weights(7, y.shape)).sum()
    if "twice" in o["cell"]:
        cost = cost + sum((xs[name] * weights(11 + k, xs[name].shape)).sum() for k, name in enumerate(free))
    # A step function has no gradient in PyTorch.
    grads = torch.autograd.grad(cost, [xs[name] for name in free], allow_unused=True) if cost.requires_grad else [None] * len(free)
    return y, cost, {name: torch.zeros_like(xs[name]) if g is None else g for name, g in zip(free, grads)}


def judge(row, o):
    """Whether PyTorch says of the element what the verdict says."""
    name, _, index = o["element"].partition("[")
    at = tuple(int(i) for i in index.rstrip("]").split(",")) if index else ()
    y, cost, grads = numbers(row, o)
    if name == "Σw·y":
        want = cost.item()
    else:
        of = y if o["cell"] == "forward" or o["verdict"] == "wrong forward value" else grads[name]
        if of.dim() != len(at):  # Gorgonia drops dimensions of 1
            of = of.squeeze()
        want = of[at].item()
    got, right = o.get("got", 0), o.get("want", 0)
    tolerance = 1e-3 if "float32" in o["cell"] or "float32" in row["variant"] else 1e-6
    near = lambda a, b: abs(a - b) <= tolerance * max(1, abs(b))
    return near(right, want) and near(got, want) == (o["verdict"] == "right"), want


def main():
    n, seed = int(sys.argv[1]), int(sys.argv[2])
    all = []
    for line in sys.stdin:
        row = json.loads(line)
        if row["type"] in ("operation", "fuzz"):
            all += [(row, o) for o in row["outcomes"] if o.get("element")]
    rnd.seed(seed)
    wrong = [p for p in all if p[1]["verdict"] != "right"]
    right = [p for p in all if p[1]["verdict"] == "right"]
    drawn = rnd.sample(wrong, min(n * 2 // 3, len(wrong)))
    drawn += rnd.sample(right, min(n - len(drawn), len(right)))
    bad, golden = 0, []
    for row, o in drawn:
        ok, want = judge(row, o)
        golden.append({"op": row["op"], "variant": row["variant"], "cell": o["cell"], "draw": o.get("draw", 0), "right": o["verdict"] == "right", "element": o["element"], "want": want})
        bad += not ok
        if not ok:
            print(f"{row['op']} ({row['variant']}), {o['cell']}: {o['verdict']}, {o['element']} {o.get('got', 0)} and {o.get('want', 0)}, PyTorch says {want}")
    print(f"{len(drawn)} verdicts drawn from seed {seed} of {len(wrong)} wrong and {len(right)} right: {bad} false")
    if len(sys.argv) > 3:
        with open(sys.argv[3], "w") as f:
            f.write("[\n" + ",\n".join(json.dumps(g, ensure_ascii=False) for g in golden) + "\n]\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
