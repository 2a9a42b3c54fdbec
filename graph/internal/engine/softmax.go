package engine

import (
	"math"

	"gorgonia.org/tensor"
)

// Gorgonia's engine starts a goroutine for every row of a softmax. What it subtracts
// is not the maximum of a row, but that of its elements from the second on and of the
// tensor's first element: a row far from the first one overflows, or divides by 0.
// The softmax here is for matrices along the rows, which is what the network has;
// Gorgonia's engine computes all others.

// SoftMax implements tensor.SoftMaxer: y = e^(x − max x) / Σ e^(x − max x).
func (e Engine) SoftMax(x tensor.Tensor, axis int, opts ...tensor.FuncOpt) (tensor.Tensor, error) {
	in, out, ok := rowwise(x, axis, opts)
	if !ok {
		return e.StandardEngine.SoftMax(x, axis, opts...)
	}
	if out.Dtype() == tensor.Float64 {
		softmax(out.Float64s(), in.Float64s(), x.Shape()[1], false)
	} else {
		softmax(out.Float32s(), in.Float32s(), x.Shape()[1], false)
	}
	return out, nil
}

// LogSoftMax implements tensor.SoftMaxer: y = x − max x − ln Σ e^(x − max x).
func (e Engine) LogSoftMax(x tensor.Tensor, axis int, opts ...tensor.FuncOpt) (tensor.Tensor, error) {
	in, out, ok := rowwise(x, axis, opts)
	if !ok {
		return e.StandardEngine.LogSoftMax(x, axis, opts...)
	}
	if out.Dtype() == tensor.Float64 {
		softmax(out.Float64s(), in.Float64s(), x.Shape()[1], true)
	} else {
		softmax(out.Float32s(), in.Float32s(), x.Shape()[1], true)
	}
	return out, nil
}

// SoftMaxB implements tensor.SoftMaxer: the gradient y·(g − Σ y·g) from the
// softmax y and its gradient g.
func (e Engine) SoftMaxB(y, g tensor.Tensor, axis int, opts ...tensor.FuncOpt) (tensor.Tensor, error) {
	value, out, ok := rowwise(y, axis, opts)
	grad, _, okGrad := rowwise(g, axis, opts)
	if !ok || !okGrad || grad.Dtype() != value.Dtype() {
		return e.StandardEngine.SoftMaxB(y, g, axis, opts...)
	}
	if out.Dtype() == tensor.Float64 {
		softmaxGradient(out.Float64s(), value.Float64s(), grad.Float64s(), y.Shape()[1])
	} else {
		softmaxGradient(out.Float32s(), value.Float32s(), grad.Float32s(), y.Shape()[1])
	}
	return out, nil
}

// rowwise returns the operand of an operation along the rows of a matrix, and the
// memory for its result. ok is false for other operations.
func rowwise(x tensor.Tensor, axis int, opts []tensor.FuncOpt) (in, out *tensor.Dense, ok bool) {
	in, okIn := x.(*tensor.Dense)
	out, okOut := tensor.ParseFuncOpts(opts...).Reuse().(*tensor.Dense)
	if !okIn || !okOut || x.Dims() != 2 || axis != 1 && axis != -1 ||
		in.Dtype() != out.Dtype() || !in.Shape().Eq(out.Shape()) {
		return nil, nil, false
	}
	return in, out, whole(in) && whole(out)
}

func softmax[T float32 | float64](dst, x []T, n int, log bool) {
	for from := 0; from+n <= len(x); from += n {
		row, out := x[from:from+n], dst[from:from+n]
		most := row[0]
		for _, v := range row {
			most = max(most, v)
		}
		var sum T
		for j, v := range row {
			e := T(math.Exp(float64(v - most)))
			sum += e
			if log {
				e = v - most
			}
			out[j] = e
		}
		if log {
			sum = T(math.Log(float64(sum)))
			for j := range out {
				out[j] -= sum
			}
			continue
		}
		scale := 1 / sum
		for j := range out {
			out[j] *= scale
		}
	}
}

func softmaxGradient[T float32 | float64](dst, y, g []T, n int) {
	for from := 0; from+n <= len(y); from += n {
		value, grad, out := y[from:from+n], g[from:from+n], dst[from:from+n]
		var sum T
		for j, v := range value {
			sum += v * grad[j]
		}
		for j, v := range value {
			out[j] = v * (grad[j] - sum)
		}
	}
}
