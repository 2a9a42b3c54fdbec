package engine

import "gorgonia.org/tensor"

// These element-wise operations take a noticeable part of a step. Each is one loop
// over contiguous tensors of one shape; Gorgonia's engine computes all others, with
// the same results. Its test x ≥ 0 branches on every element, and ReLU's signs
// cannot be predicted.

// Add implements part of tensor.Adder: a + b.
func (e Engine) Add(a, b tensor.Tensor, opts ...tensor.FuncOpt) (tensor.Tensor, error) {
	x, y, out, ok := alike(a, b, opts)
	if !ok {
		return e.StandardEngine.Add(a, b, opts...)
	}
	if out.Dtype() == tensor.Float64 {
		add(out.Float64s(), x.Float64s(), y.Float64s())
	} else {
		add(out.Float32s(), x.Float32s(), y.Float32s())
	}
	return out, nil
}

// Mul implements part of tensor.Muler: a ⊙ b.
func (e Engine) Mul(a, b tensor.Tensor, opts ...tensor.FuncOpt) (tensor.Tensor, error) {
	x, y, out, ok := alike(a, b, opts)
	if !ok {
		return e.StandardEngine.Mul(a, b, opts...)
	}
	if out.Dtype() == tensor.Float64 {
		multiply(out.Float64s(), x.Float64s(), y.Float64s())
	} else {
		multiply(out.Float32s(), x.Float32s(), y.Float32s())
	}
	return out, nil
}

// GteScalar implements part of tensor.Gteer: 1 where a ≥ s and 0 elsewhere.
func (e Engine) GteScalar(a tensor.Tensor, s any, leftTensor bool, opts ...tensor.FuncOpt) (tensor.Tensor, error) {
	x, _, out, ok := alike(a, a, opts)
	if ok && leftTensor && tensor.ParseFuncOpts(opts...).Same() {
		switch s := s.(type) {
		case float64:
			if out.Dtype() == tensor.Float64 {
				atLeast(out.Float64s(), x.Float64s(), s)
				return out, nil
			}
		case float32:
			if out.Dtype() == tensor.Float32 {
				atLeast(out.Float32s(), x.Float32s(), s)
				return out, nil
			}
		}
	}
	return e.StandardEngine.GteScalar(a, s, leftTensor, opts...)
}

// alike returns the operands of an element-wise operation and the memory for its
// result. ok is false where they differ in shape, type or layout.
func alike(a, b tensor.Tensor, opts []tensor.FuncOpt) (x, y, out *tensor.Dense, ok bool) {
	x, okX := a.(*tensor.Dense)
	y, okY := b.(*tensor.Dense)
	o := tensor.ParseFuncOpts(opts...)
	out, okOut := o.Reuse().(*tensor.Dense)
	if !okX || !okY || !okOut || o.Incr() != nil || !o.Safe() {
		return nil, nil, nil, false
	}
	for _, t := range []*tensor.Dense{x, y, out} {
		if t.Dtype() != x.Dtype() || !t.Shape().Eq(x.Shape()) || !whole(t) {
			return nil, nil, nil, false
		}
	}
	return x, y, out, true
}

// whole reports whether a float64 or float32 tensor is stored in row-major order
// without gaps, and is neither masked nor a slice.
func whole(t *tensor.Dense) bool {
	return (t.Dtype() == tensor.Float64 || t.Dtype() == tensor.Float32) &&
		!t.IsMasked() && !t.RequiresIterator() && !t.DataOrder().IsColMajor()
}

func add[T float32 | float64](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}

func multiply[T float32 | float64](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

func atLeast[T float32 | float64](dst, x []T, s T) {
	x = x[:len(dst)]
	for i, v := range x {
		yes := 0
		if v >= s {
			yes = 1
		}
		dst[i] = T(yes)
	}
}
