package audit

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
)

// array is a tensor in plain Go. Data is in row-major order, and the Shape of a
// scalar is nil.
type array struct {
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

func newArray(shape ...int) array { return array{shape, make([]float64, size(shape))} }

// index returns the coordinates of the element at offset i of a shape.
func index(i int, shape []int) []int {
	at := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		at[k], i = i%shape[k], i/shape[k]
	}
	return at
}

// offset is the inverse of index.
func offset(at, shape []int) int {
	i := 0
	for k, d := range shape {
		i = i*d + at[k]
	}
	return i
}

// get returns an element, and 0 outside of the array, as padding has.
func (a array) get(at ...int) float64 {
	for k, i := range at {
		if i < 0 || i >= a.Shape[k] {
			return 0
		}
	}
	return a.Data[offset(at, a.Shape)]
}

// fill returns an array whose elements are f of their coordinates. f may not change
// or keep them.
func fill(shape []int, f func(at []int) float64) array {
	a := newArray(shape...)
	at := make([]int, len(shape))
	for i := range a.Data {
		a.Data[i] = f(at)
		for k := len(at) - 1; k >= 0; k-- {
			if at[k]++; at[k] < shape[k] {
				break
			}
			at[k] = 0
		}
	}
	return a
}

// arrayOf returns the elements of a value in row-major order.
func arrayOf(v gorgonia.Value) (array, error) {
	if v == nil {
		return array{}, errors.New("no value")
	}
	a := array{}
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

// value returns an array as a Gorgonia value.
func value(a array, dtype tensor.Dtype) gorgonia.Value {
	backing := reflect.MakeSlice(reflect.SliceOf(dtype.Type), len(a.Data), len(a.Data))
	for i, v := range a.Data {
		backing.Index(i).Set(reflect.ValueOf(v).Convert(dtype.Type))
	}
	if len(a.Shape) == 0 {
		return gorgonia.NewConstant(backing.Index(0).Interface()).Value()
	}
	return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(backing.Interface()))
}

// leaf adds a leaf that holds an array to a graph.
func leaf(g *gorgonia.ExprGraph, name string, a array, dtype tensor.Dtype) *gorgonia.Node {
	return gorgonia.NewTensor(g, dtype, len(a.Shape), gorgonia.WithShape(a.Shape...), gorgonia.WithName(name),
		gorgonia.WithValue(value(a, dtype)))
}

// squeeze removes dimensions of 1 from a shape: Gorgonia often drops or adds them.
func squeeze(shape []int) []int {
	var s []int
	for _, d := range shape {
		if d != 1 {
			s = append(s, d)
		}
	}
	return s
}

// element names an element, as in x[0,1].
func element(name string, shape []int, i int) string {
	return gradtwin.Layout{{Name: name, Shape: shape}}.Element(i)
}

// dims writes a shape as 2x3, and that of a scalar as "scalar".
func dims(shape []int) string {
	if len(shape) == 0 {
		return "scalar"
	}
	return strings.ReplaceAll(list(shape), ", ", "x")
}

// list writes numbers as in "0, 1".
func list[T int | byte | float64](x []T) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(x), "[]"), " ", ", ")
}
