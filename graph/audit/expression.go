package audit

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// expression is a call of a Gorgonia function. It can be built, as a node, and
// printed, as Go.
type expression struct {
	function any   // returns a node, or a node and an error
	args     []any // input, expression, rest, beside, span, or what the function takes
}

func call(function any, args ...any) expression { return expression{function, args} }

// rest are the last arguments of a variadic function, such as the axes of Sum.
type rest []int

// beside is an argument that needs another one, its neighbor: a node that is made
// in the neighbor's graph and with its type.
type beside struct {
	code string
	of   func(neighbor *gorgonia.Node) *gorgonia.Node
}

// number is a constant with its neighbor's type.
func number(x float64) beside {
	return beside{fmt.Sprintf("gorgonia.NewConstant(float64(%v))", x), func(neighbor *gorgonia.Node) *gorgonia.Node {
		if neighbor.Dtype() == tensor.Float32 {
			return gorgonia.NewConstant(float32(x))
		}
		return gorgonia.NewConstant(x)
	}}
}

// name returns the name of a function without its package.
func name(function any) string {
	path := runtime.FuncForPC(reflect.ValueOf(function).Pointer()).Name()
	return path[strings.LastIndex(path, ".")+1:]
}

// build returns the expression's node. in has the nodes of the inputs by name.
func (e expression) build(in map[string]*gorgonia.Node) (n *gorgonia.Node, err error) {
	var args []any
	for _, a := range e.args {
		switch a := a.(type) {
		case input:
			n = in[a.Name]
			args = append(args, n)
		case expression:
			if n, err = a.build(in); err != nil {
				return nil, err
			}
			args = append(args, n)
		case rest:
			for _, x := range a {
				args = append(args, x)
			}
		case span:
			args = append(args, a.slice())
		default:
			args = append(args, a)
		}
	}
	f := reflect.ValueOf(e.function)
	values := make([]reflect.Value, len(args))
	for k, a := range args {
		if b, ok := a.(beside); ok {
			a = b.of(n)
		}
		last := f.Type().NumIn() - 1
		to := f.Type().In(min(k, last))
		if f.Type().IsVariadic() && k >= last {
			to = to.Elem()
		}
		switch v := reflect.ValueOf(a); {
		case !v.IsValid():
			values[k] = reflect.Zero(to)
		case v.Kind() == reflect.Slice && !v.IsNil(): // a copy, because Gorgonia keeps some slices and sorts others
			values[k] = reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v).Convert(to)
		default:
			values[k] = v.Convert(to)
		}
	}
	out := f.Call(values)
	err, _ = out[len(out)-1].Interface().(error)
	return out[0].Interface().(*gorgonia.Node), err
}

// String writes the expression in Go.
func (e expression) String() string {
	var args []string
	for _, a := range e.args {
		if s := literal(a); s != "" { // it is empty where there are no axes
			args = append(args, s)
		}
	}
	return fmt.Sprintf("gorgonia.%s(%s)", name(e.function), strings.Join(args, ", "))
}

// literal writes an argument in Go.
func literal(a any) string {
	switch a := a.(type) {
	case input:
		return a.Name
	case expression:
		return "gorgonia.Must(" + a.String() + ")"
	case beside:
		return a.code
	case rest:
		return list(a)
	case []int:
		return "[]int{" + list(a) + "}"
	case []float64:
		return "[]float64{" + list(a) + "}"
	case []byte:
		if a == nil {
			return "nil"
		}
		return "[]byte{" + list(a) + "}"
	case tensor.Shape:
		return "tensor.Shape{" + list(a) + "}"
	case span:
		return a.code()
	case tensor.Dtype:
		return "tensor." + exported(a)
	case gorgonia.Reduction:
		return "gorgonia." + reductionNames[a]
	}
	if reflect.TypeOf(a).Kind() == reflect.Func {
		return "gorgonia." + name(a)
	}
	return fmt.Sprint(a)
}

var reductionNames = map[gorgonia.Reduction]string{
	gorgonia.ReductionSum: "ReductionSum", gorgonia.ReductionMean: "ReductionMean",
}

// inputs returns the expression's inputs, each once and in order, but those without
// a gradient last.
func (e expression) inputs() (all []input) {
	var held []input
	for _, a := range e.args {
		var more []input
		switch a := a.(type) {
		case input:
			more = []input{a}
		case expression:
			more = a.inputs()
		}
		for _, in := range more {
			switch known := slices.ContainsFunc(slices.Concat(all, held), func(i input) bool { return i.Name == in.Name }); {
			case known:
			case in.Fixed:
				held = append(held, in)
			default:
				all = append(all, in)
			}
		}
	}
	return append(all, held...)
}

// span is from:to:step of an axis. The zero value is the whole axis.
type span struct{ from, to, step int }

// only is element i: Slice removes the axis.
func only(i int) span { return span{i, i + 1, 0} }

func (s span) all() bool { return s == span{} }

func (s span) len() int { return (s.to - s.from + s.step - 1) / s.step }

func (s span) String() string {
	switch {
	case s.all():
		return ":"
	case s.step == 0:
		return fmt.Sprint(s.from)
	case s.step > 1:
		return fmt.Sprintf("%d:%d:%d", s.from, s.to, s.step)
	}
	return fmt.Sprintf("%d:%d", s.from, s.to)
}

func (s span) code() string {
	if s.all() {
		return "nil"
	}
	return "gorgonia.S(" + strings.ReplaceAll(s.String(), ":", ", ") + ")"
}

// slice returns the span as an argument of gorgonia.Slice.
func (s span) slice() tensor.Slice {
	switch {
	case s.all():
		return nil
	case s.step == 0:
		return gorgonia.S(s.from)
	}
	return gorgonia.S(s.from, s.to, s.step)
}
