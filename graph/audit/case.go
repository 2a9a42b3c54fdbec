package audit

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/memory"
)

// Case is one operation with one choice of shapes and settings.
type Case struct {
	Op      string // the function's name, as in SoftMax; a pattern of two is Log(SoftMax)
	Variant string // as in "2x3, axis 0"
	In      []Input
	// Build makes the result, of any shape, from the inputs in order.
	Build func(in gorgonia.Nodes) (*gorgonia.Node, error)
	// Code is Build's body as an expression of type (*Node, error) in the
	// names of the inputs, for the programs.
	Code string
	// Ref computes the result in plain Go; nil where that is not simple, and
	// then Gorgonia's own forward pass is taken as right.
	Ref func(in []Array) Array
	// Design is why there is no gradient to expect; empty where there is one.
	Design string
	// Features are what the fuzzer's conditions are made of.
	Features []Feature
	Eval     bool // run in evaluation mode
	Single   bool // computed in float32, whatever the cell
}

// Feature is a number that a case was drawn with, as the size of an axis.
type Feature struct {
	Name  string
	Value int
}

// Name names the case.
func (c *Case) Name() string { return c.Op + " (" + c.Variant + ")" }

func (c *Case) row() Row {
	r := Row{Type: TypeOperation, Op: c.Op, Variant: c.Variant, Code: c.Code, In: c.In, Outcomes: make([]Outcome, cells)}
	for cell := range cells {
		r.Outcomes[cell].Cell = cell.String()
	}
	return r
}

func (c *Case) outcome(k int) Outcome { return c.run(Cell(k)) }

// Input is a leaf of the graph.
type Input struct {
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

// Array is a tensor in plain Go, row by row.
type Array struct {
	Shape []int
	Data  []float64
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

func newArray(shape ...int) Array { return Array{shape, make([]float64, size(shape))} }

// strides are one for each draw of the data: the fractional parts of the golden
// ratio and of √2, whose multiples fill the unit interval evenly, never repeat,
// and come in another order. What is right on one draw can be luck: a maximum
// taken over the wrong elements is often the right one all the same.
var strides = [...]float64{0.6180339887498949, 0.41421356237309505}

// draws is how many draws of the data every verdict rests on.
const draws = len(strides)

// fromZero keeps drawn values off 0, where many functions have their kink.
const fromZero = 0.1

// array returns the values of input k of a case in a draw: with three decimals,
// so that a program can show them whole.
func (in Input) array(k, draw int) Array {
	a := newArray(in.Shape...)
	if in.Values != nil {
		copy(a.Data, in.Values)
		return a
	}
	for i := range a.Data {
		_, u := math.Modf(0.37 + float64(i+1)*strides[draw] + 0.271*float64(k))
		v := math.Round(1000*(in.Low+(in.High-in.Low)*u)) / 1000
		if math.Abs(v) < fromZero && in.Low < 0 {
			v += math.Copysign(fromZero, v)
		}
		a.Data[i] = v
	}
	return a
}

// arrays returns the inputs' values in a draw.
func (c *Case) arrays(draw int) []Array {
	in := make([]Array, len(c.In))
	for k := range in {
		in[k] = c.In[k].array(k, draw)
	}
	return in
}

// drawn reports whether an input's values are drawn.
func (c *Case) drawn() bool {
	return slices.ContainsFunc(c.In, func(in Input) bool { return in.Values == nil })
}

func (in Input) fixed() bool {
	return in.Fixed || in.Constant || !memory.IsFloat(in.dtype(tensor.Float64))
}

// dtype is the input's type where the cell's is the one given.
func (in Input) dtype(cell tensor.Dtype) tensor.Dtype {
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

// value makes the array a Gorgonia value.
func value(a Array, dtype tensor.Dtype) gorgonia.Value {
	backing := reflect.MakeSlice(reflect.SliceOf(dtype.Type), len(a.Data), len(a.Data))
	for i, v := range a.Data {
		backing.Index(i).Set(reflect.ValueOf(v).Convert(dtype.Type))
	}
	if len(a.Shape) == 0 {
		return gorgonia.NewConstant(backing.Index(0).Interface()).Value()
	}
	return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(backing.Interface()))
}

// node makes an input a node of a graph.
func (in Input) node(g *gorgonia.ExprGraph, a Array, cell tensor.Dtype) *gorgonia.Node {
	dtype := in.dtype(cell)
	if in.Constant {
		return gorgonia.NewConstant(value(a, dtype), gorgonia.WithName(in.Name))
	}
	return leaf(g, in.Name, a, dtype)
}

// leaf puts a value into a graph.
func leaf(g *gorgonia.ExprGraph, name string, a Array, dtype tensor.Dtype) *gorgonia.Node {
	return gorgonia.NewTensor(g, dtype, len(a.Shape), gorgonia.WithShape(a.Shape...), gorgonia.WithName(name),
		gorgonia.WithValue(value(a, dtype)))
}

// arrayOf returns the numbers that a value holds, in the order of its shape.
func arrayOf(v gorgonia.Value) (Array, error) {
	if v == nil {
		return Array{}, errors.New("no value")
	}
	a := Array{}
	data := v.Data()
	if d, ok := v.(*tensor.Dense); ok {
		a.Shape = append(a.Shape, d.Shape()...)
		if d.RequiresIterator() || !d.DataOrder().IsContiguous() || d.DataOrder().IsColMajor() {
			d = d.Materialize().(*tensor.Dense)
		}
		data = d.Data()
	} else if _, ok := v.(gorgonia.Scalar); !ok {
		return a, fmt.Errorf("a value of type %T", v)
	}
	numbers := reflect.ValueOf(data)
	if numbers.Kind() != reflect.Slice {
		numbers = reflect.Append(reflect.MakeSlice(reflect.SliceOf(numbers.Type()), 0, 1), numbers)
	}
	float := reflect.TypeFor[float64]()
	if !numbers.Type().Elem().ConvertibleTo(float) {
		return a, fmt.Errorf("a value of type %v", v.Dtype())
	}
	for i := range numbers.Len() {
		a.Data = append(a.Data, numbers.Index(i).Convert(float).Float())
	}
	if len(a.Data) != size(a.Shape) {
		return a, fmt.Errorf("a tensor of shape %v with %d elements", a.Shape, len(a.Data))
	}
	return a, nil
}

// dims writes a shape as 2x3; a scalar's is "scalar".
func dims(shape []int) string {
	if len(shape) == 0 {
		return "scalar"
	}
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", "x")
}
