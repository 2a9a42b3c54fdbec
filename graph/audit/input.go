package audit

import (
	"math"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/memory"
)

// input is a leaf of the graph.
type input struct {
	Name   string    `json:"name"`
	Shape  []int     `json:"shape"`
	Low    float64   `json:"low"`
	High   float64   `json:"high"`
	Values []float64 `json:"values,omitempty"` // nil draws them from [Low, High)
	Fixed  bool      `json:"fixed,omitempty"`  // no gradient is asked for
	Type   string    `json:"type,omitempty"`   // empty means the cell's; types other than float are fixed
	// Constant makes it a node of NewConstant's, and fixed.
	Constant bool `json:"constant,omitempty"`
}

// in makes an input drawn from [low, high).
func in(name string, low, high float64, shape ...int) input {
	return input{Name: name, Shape: shape, Low: low, High: high}
}

// given makes an input of these values.
func given(name string, values []float64, shape ...int) input {
	return input{Name: name, Shape: shape, Values: values}
}

// held makes an input of these values that no gradient is asked for.
func held(name string, values []float64, shape ...int) input {
	return input{Name: name, Shape: shape, Values: values, Fixed: true}
}

// integers makes an input of integers.
func integers(name string, values []int, shape ...int) input {
	in := input{Name: name, Shape: shape, Type: "int"}
	for _, v := range values {
		in.Values = append(in.Values, float64(v))
	}
	return in
}

// strides are one for each draw of the data: the fractional parts of the golden
// ratio and of √2, whose multiples fill the unit interval evenly, never repeat,
// and come in another order. What is right on one draw can be luck: a maximum
// taken over the wrong elements is often the right one all the same.
var strides = [...]float64{0.6180339887498949, 0.41421356237309505}

// draws is how many draws of the data every verdict rests on.
const draws = len(strides)

// spread returns number i of sequence k of a draw. The numbers fill [0, 1) evenly.
func spread(i, k, draw int) float64 {
	_, u := math.Modf(0.37 + float64(i+1)*strides[draw] + 0.271*float64(k))
	return u
}

// fromZero keeps drawn values off 0, where many functions have their kink.
const fromZero = 0.1

// array returns the values of input k of a case in a draw: with three decimals,
// so that a program can show them whole.
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

// dtypes are those that a tensor of numbers can have.
var dtypes = []tensor.Dtype{tensor.Float64, tensor.Float32, tensor.Int, tensor.Int64, tensor.Int32, tensor.Uint8}

// dtype is the input's type where the cell's is the one given.
func (in input) dtype(cell tensor.Dtype) tensor.Dtype {
	for _, d := range dtypes {
		if d.String() == in.Type {
			return d
		}
	}
	return cell
}

// exported is a type's name in packages gorgonia and tensor.
func exported(d tensor.Dtype) string {
	if d == tensor.Uint8 {
		return "Byte"
	}
	s := d.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

// node makes an input a node of a graph.
func (in input) node(g *gorgonia.ExprGraph, a array, cell tensor.Dtype) *gorgonia.Node {
	dtype := in.dtype(cell)
	if in.Constant {
		return gorgonia.NewConstant(value(a, dtype), gorgonia.WithName(in.Name))
	}
	return leaf(g, in.Name, a, dtype)
}
