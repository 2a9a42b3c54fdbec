package audit

import (
	"math"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/memory"
)

// input is an input of a case: its shape, and its values or how they are drawn.
type input struct {
	Name   string    `json:"name"`
	Shape  []int     `json:"shape"`
	Low    float64   `json:"low"`
	High   float64   `json:"high"`
	Values []float64 `json:"values,omitempty"` // nil draws them from [Low, High)
	Fixed  bool      `json:"fixed,omitempty"`  // it has no gradient
	Type   string    `json:"type,omitempty"`   // empty means the cell's; integers are fixed
	// Constant makes it a node of gorgonia.NewConstant, which is fixed.
	Constant bool `json:"constant,omitempty"`
}

// in returns an input whose values are drawn from [low, high).
func in(name string, low, high float64, shape ...int) input {
	return input{Name: name, Shape: shape, Low: low, High: high}
}

// given returns an input with these values.
func given(name string, values []float64, shape ...int) input {
	return input{Name: name, Shape: shape, Values: values}
}

// held returns an input with these values and without a gradient.
func held(name string, values []float64, shape ...int) input {
	return input{Name: name, Shape: shape, Values: values, Fixed: true}
}

// integers returns an input with these values, of type int.
func integers(name string, values []int, shape ...int) input {
	in := input{Name: name, Shape: shape, Type: "int"}
	for _, v := range values {
		in.Values = append(in.Values, float64(v))
	}
	return in
}

// strides has one number for each draw of the values: the fractional parts of the
// golden ratio and of √2. Their multiples modulo 1 fill the unit interval evenly and
// never repeat. Two draws are needed because one can be right by luck: the maximum
// over the wrong elements is often the right one.
var strides = [...]float64{0.6180339887498949, 0.41421356237309505}

// draws is the number of draws that every verdict is based on.
const draws = len(strides)

// spread returns number i, in [0, 1), of sequence k of a draw.
func spread(i, k, draw int) float64 {
	_, u := math.Modf(0.37 + float64(i+1)*strides[draw] + 0.271*float64(k))
	return u
}

// fromZero keeps drawn values off 0, where many functions have their kink.
const fromZero = 0.1

// array returns the values of input k of a case in a draw. They have three decimals,
// so that a program can print them exactly.
func (in input) array(k, draw int) array {
	a := newArray(in.Shape...)
	if in.Values != nil {
		copy(a.Data, in.Values)
		return a
	}
	for i := range a.Data {
		v := math.Round(1000*(in.Low+(in.High-in.Low)*spread(i, k, draw))) / 1000
		if math.Abs(v) < fromZero && in.Low < 0 {
			v += math.Copysign(fromZero, v)
		}
		a.Data[i] = v
	}
	return a
}

func (in input) fixed() bool {
	return in.Fixed || in.Constant || !memory.IsFloat(in.dtype(tensor.Float64))
}

// dtypes are the types of Gorgonia's tensors of numbers.
var dtypes = []tensor.Dtype{tensor.Float64, tensor.Float32, tensor.Int, tensor.Int64, tensor.Int32, tensor.Uint8}

// dtype returns the input's type in a cell of the given type.
func (in input) dtype(cell tensor.Dtype) tensor.Dtype {
	for _, d := range dtypes {
		if d.String() == in.Type {
			return d
		}
	}
	return cell
}

// exported returns a type's name in packages gorgonia and tensor, as Float64.
func exported(d tensor.Dtype) string {
	if d == tensor.Uint8 {
		return "Byte"
	}
	s := d.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

// node adds the input to a graph.
func (in input) node(g *gorgonia.ExprGraph, a array, cell tensor.Dtype) *gorgonia.Node {
	dtype := in.dtype(cell)
	if in.Constant {
		return gorgonia.NewConstant(value(a, dtype), gorgonia.WithName(in.Name))
	}
	return leaf(g, in.Name, a, dtype)
}
