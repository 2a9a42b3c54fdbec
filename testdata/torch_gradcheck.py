#!/usr/bin/python3
"""Plants the faults of the detection study in PyTorch and runs its gradcheck.

    apt-get install python3-torch
    GRADTWIN_STUDY=1 GRADTWIN_STUDY_CASES=/tmp/cases.json go test -run TestDetectionStudy ./compare
    testdata/torch_gradcheck.py /tmp/cases.json
    testdata/torch_gradcheck.py /tmp/cases.json --time

The networks, weights and batches are those that the Go test wrote. Each is a
torch.autograd.Function in float64 whose backward pass has the fault. gradcheck
runs with its default tolerances (eps 1e-6, atol 1e-5, rtol 1e-3), slow and
fast. Printed is JSON: of each fault, in how many networks it was planted, in
how many it is above the noise that the Go test measured, and how many of
those each mode caught. "false_alarms" counts right gradients that failed.

Two things are done to save time and change no verdict: the numerical Jacobian
of the slow mode is kept for all faults of one network, and the fast mode's
slow repetition for its message is left out. --time does neither: it times one
slow check of the experiment's right gradient.
"""
import json
import os
import sys
import time
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import torch

module = sys.modules["torch.autograd.gradcheck"]  # the name in torch.autograd is the function

torch.set_num_threads(1)
warnings.simplefilter("ignore")

FAULTS = ["one sign flipped", "W1 times 1.0005", "divided by B once more", "last W transposed", "one row dropped",
          "activation's derivative left out", "b1 not summed over the batch", "y−t without δ", "accumulated twice",
          "two tensors swapped", "all zero", "backward pass in float32"]


def middle(w):
    """The place of the median of the sizes above a thousandth of the largest."""
    size = np.abs(w)
    index = np.nonzero(size > size.max() / 1000)[0]
    return index[np.argsort(size[index], kind="stable")][len(index) // 2]


class Network:
    def __init__(self, case):
        spec = case["spec"]
        self.layers, self.delta = spec["layers"], spec["delta"]
        self.kind, self.fault = spec["activation"], ""
        self.labels = torch.tensor(case["batch"]["Labels"])
        self.x = torch.tensor(case["batch"]["X"], dtype=torch.float64).reshape(len(self.labels), -1)
        self.params, at = [], 0
        for n, m in zip(self.layers, self.layers[1:]):
            for shape in ((n, m), (m,)):
                size = int(np.prod(shape))
                self.params.append(torch.tensor(case["w"][at:at + size], dtype=torch.float64).reshape(shape).requires_grad_())
                at += size
        self.calls = 0

    def act(self, z):
        return {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}[self.kind](z)

    def slope(self, a):
        return {"relu": lambda: (a > 0).to(a.dtype), "sigmoid": lambda: a * (1 - a), "tanh": lambda: 1 - a * a}[self.kind]()

    def forward(self, params, x):
        """Returns every layer's output, the softmax's last."""
        a, last = [x], len(params) // 2 - 1
        for l in range(last + 1):
            z = a[-1] @ params[2 * l] + params[2 * l + 1]
            a.append(self.act(z) if l < last else torch.softmax(z, 1))
        return a

    def loss(self, params):
        self.calls += 1
        y = self.forward(params, self.x)[-1]
        return -torch.log(y[torch.arange(len(y)), self.labels] + self.delta).mean()

    def backward(self, params):
        """The backward pass written out, with the fault in it."""
        dtype = torch.float32 if self.fault == FAULTS[11] else torch.float64
        params, x, labels = [p.to(dtype) for p in params], self.x.to(dtype), self.labels
        a = self.forward(params, x)
        rows, y = len(x), a[-1]
        hit = y[torch.arange(rows), labels]
        delta = (y - torch.nn.functional.one_hot(labels, y.shape[1])) / rows
        if self.fault != "y−t without δ":
            delta = delta * (hit / (hit + self.delta))[:, None]
        if self.fault == "one row dropped":
            delta[-1] = 0
        g = []
        for l in range(len(params) // 2 - 1, -1, -1):
            bias = delta[0] if self.fault == "b1 not summed over the batch" and l == 0 else delta.sum(0)
            g = [a[l].T @ delta, bias] + g
            delta = delta @ params[2 * l].T
            if self.fault != "activation's derivative left out" or l != 1:
                delta = delta * self.slope(a[l])
        return [v.to(torch.float64).contiguous() for v in self.spoil(g, rows)]

    def spoil(self, g, rows):
        if self.fault == "one sign flipped":
            flat = g[0].reshape(-1)
            flat[middle(flat.numpy())] *= -1
        elif self.fault == "W1 times 1.0005":
            g[0] = g[0] * 1.0005
        elif self.fault == "divided by B once more":
            g = [v / rows for v in g]
        elif self.fault == "last W transposed":
            g[-2] = g[-2].T.reshape(g[-2].shape)
        elif self.fault == "accumulated twice":
            g = [2 * v for v in g]
        elif self.fault == "all zero":
            g = [torch.zeros_like(v) for v in g]
        elif self.fault == "two tensors swapped":
            for l in range(1, len(g) // 2 - 1):
                if g[2 * l].shape == g[2 * l + 2].shape:
                    g[2 * l], g[2 * l + 2] = g[2 * l + 2], g[2 * l]
                    return g
            flat = torch.cat([g[1], g[0].reshape(-1)])
            n = g[0].numel()
            g[0], g[1] = flat[:n].reshape(g[0].shape), flat[n:]
        return g

    def function(self):
        net = self

        class Loss(torch.autograd.Function):
            @staticmethod
            def forward(ctx, *params):
                ctx.save_for_backward(*params)
                return net.loss(params)

            @staticmethod
            def backward(ctx, out):
                return tuple(out * v for v in net.backward(ctx.saved_tensors))

        return Loss.apply


def passes(net, fast):
    return torch.autograd.gradcheck(net.function(), net.params, fast_mode=fast, raise_exception=False)


def keep_numerical():
    """Keeps the slow mode's numerical Jacobian until it is told to forget."""
    kept, compute = {}, module._get_numerical_jacobian

    def get(*args, **options):
        if "jacobian" not in kept:
            kept["jacobian"] = compute(*args, **options)
        return kept["jacobian"]

    module._get_numerical_jacobian = get
    module._run_slow_mode_and_get_error = lambda *args, **options: ""
    return kept


def study(cases):
    kept = keep_numerical()
    counts = {f: {"planted": 0, "visible": 0, "slow": 0, "fast": 0} for f in FAULTS}
    false_alarms = {"slow": 0, "fast": 0}
    for case in cases:
        net = Network(case)
        kept.clear()
        exact = torch.autograd.grad(net.loss(net.params), net.params)
        for ours, theirs in zip(net.backward([p.detach() for p in net.params]), exact):
            assert torch.allclose(ours, theirs, 1e-9, 1e-12), case["name"]
        for mode in ("slow", "fast"):
            false_alarms[mode] += not passes(net, mode == "fast")
        for fault in FAULTS:
            if fault == "activation's derivative left out" and len(net.params) == 2:
                continue
            net.fault = fault
            count = counts[fault]
            count["planted"] += 1
            if fault in case["visible"]:
                count["visible"] += 1
                for mode in ("slow", "fast"):
                    count[mode] += not passes(net, mode == "fast")
        print(case["name"], case["steps"], "steps", file=sys.stderr)
    json.dump({"torch": torch.__version__, "networks": len(cases), "false_alarms": false_alarms, "faults": counts},
              sys.stdout, indent=1, ensure_ascii=False)
    print()


def timing(case):
    net = Network(case)
    begun, cpu = time.perf_counter(), time.process_time()
    ok = passes(net, False)
    json.dump({"network": case["name"], "passes": ok, "calls": net.calls, "seconds": time.perf_counter() - begun,
               "cpu_seconds": time.process_time() - cpu}, sys.stdout)
    print()


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        loaded = json.load(file)
    if "--time" in sys.argv[2:]:
        timing(next(c for c in loaded if c["spec"]["layers"][0] == 784))
    else:
        study(loaded)
