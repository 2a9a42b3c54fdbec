package memory

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// IsFloat reports whether a type is float64 or float32.
func IsFloat(t tensor.Dtype) bool { return t == tensor.Float64 || t == tensor.Float32 }

// Scalar makes a scalar value of float64 or float32.
func Scalar(t tensor.Dtype, x float64) gorgonia.Value {
	if t == tensor.Float32 {
		return gorgonia.NewF32(float32(x))
	}
	return gorgonia.NewF64(x)
}

// Zero makes a value of a float64 or float32 node's type and shape.
func Zero(n *gorgonia.Node) gorgonia.Value {
	if n.IsScalar() {
		return Scalar(n.Dtype(), 0)
	}
	return tensor.New(tensor.Of(n.Dtype()), tensor.WithShape(n.Shape()...))
}

// WideType returns float64 for float32, and other types as they are.
func WideType(t tensor.Dtype) tensor.Dtype {
	if t == tensor.Float32 {
		return tensor.Float64
	}
	return t
}

// Widen copies a value, float32 to float64.
func Widen(v gorgonia.Value) (gorgonia.Value, error) {
	if v.Dtype() != tensor.Float32 {
		return gorgonia.CloneValue(v)
	}
	e, err := Of(v)
	if err != nil {
		return nil, err
	}
	if v.Shape().IsScalar() {
		return gorgonia.NewF64(e.At(0)), nil
	}
	return tensor.New(tensor.WithShape(v.Shape()...), tensor.WithBacking(e.Float64s())), nil
}
