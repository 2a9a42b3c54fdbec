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

// expression is a call of one of Gorgonia's functions. It makes a node, and is
// written as Go.
type expression struct {
	function any   // its first result is a node, and its last an error where it can fail
	args     []any // inputs, expressions, the types below, and what the function takes as it is
}

// rest are the last arguments of a variadic function, as the axes of Sum.
type rest []int

// beside is an argument that is a node made for its neighbor, of whose graph and
// type it must be.
type beside struct {
	code string
	of   func(neighbor *gorgonia.Node) *gorgonia.Node
}

// verbatim is an argument that is written in its own way.
type verbatim struct {
	code  string
	value any
}

// number is a constant of its neighbor's type.
func number(x float64) beside {
	return beside{fmt.Sprintf("gorgonia.NewConstant(float64(%v))", x), func(neighbor *gorgonia.Node) *gorgonia.Node {
		if neighbor.Dtype() == tensor.Float32 {
			return gorgonia.NewConstant(float32(x))
		}
		return gorgonia.NewConstant(x)
	}}
}

// call makes an expression. It panics where the function does not take the
// arguments: in a cell that would look like a fault of Gorgonia's.
func call(function any, args ...any) expression {
	e := expression{function, args}
	f := reflect.TypeOf(function)
	node := reflect.TypeFor[*gorgonia.Node]()
	flat, _, _ := e.flat(func(any) (*gorgonia.Node, error) { return nil, nil })
	for k, a := range flat {
		of, to := reflect.TypeOf(a), parameter(f, k)
		if _, ok := a.(beside); ok {
			of = node
		}
		if of == nil && to.Kind() != reflect.Interface || of != nil && !of.ConvertibleTo(to) {
			panic(fmt.Sprintf("audit: argument %d of %s is a %v: want a %v", k, name(function), of, to))
		}
	}
	if n := len(flat); n < f.NumIn()-1 || n == f.NumIn()-1 && !f.IsVariadic() || n > f.NumIn() && !f.IsVariadic() {
		panic(fmt.Sprintf("audit: %d arguments of %s: want %d", n, name(function), f.NumIn()))
	}
	return e
}

// name is the name of a function of Gorgonia's.
func name(function any) string {
	path := runtime.FuncForPC(reflect.ValueOf(function).Pointer()).Name()
	return path[strings.LastIndex(path, ".")+1:]
}

// parameter is the type of argument k.
func parameter(f reflect.Type, k int) reflect.Type {
	if last := f.NumIn() - 1; f.IsVariadic() && k >= last {
		return f.In(last).Elem()
	}
	return f.In(min(k, f.NumIn()-1))
}

// flat returns the arguments as the function takes them, with the nodes of
// inputs and expressions, and the last of these nodes.
func (e expression) flat(
	node func(arg any) (*gorgonia.Node, error),
) (args []any, neighbor *gorgonia.Node, err error) {
	for _, a := range e.args {
		switch a := a.(type) {
		case input, expression:
			if neighbor, err = node(a); err != nil {
				return nil, nil, err
			}
			args = append(args, neighbor)
		case []input:
			var all gorgonia.Nodes
			for _, in := range a {
				neighbor, _ = node(in)
				all = append(all, neighbor)
			}
			args = append(args, all)
		case rest:
			for _, x := range a {
				args = append(args, x)
			}
		case []span:
			for _, s := range a {
				args = append(args, s.slice())
			}
		case verbatim:
			args = append(args, a.value)
		default:
			args = append(args, a)
		}
	}
	return args, neighbor, nil
}

// build makes the node of an expression of these inputs.
func (e expression) build(in map[string]*gorgonia.Node) (*gorgonia.Node, error) {
	args, neighbor, err := e.flat(func(arg any) (*gorgonia.Node, error) {
		if e, ok := arg.(expression); ok {
			return e.build(in)
		}
		return in[arg.(input).Name], nil
	})
	if err != nil {
		return nil, err
	}
	f := reflect.ValueOf(e.function)
	values := make([]reflect.Value, len(args))
	for k, a := range args {
		if b, ok := a.(beside); ok {
			a = b.of(neighbor)
		}
		to := parameter(f.Type(), k)
		switch v := reflect.ValueOf(a); {
		case !v.IsValid():
			values[k] = reflect.Zero(to)
		case v.Kind() == reflect.Slice && !v.IsNil(): // Gorgonia keeps some, and sorts some
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
		if s := literal(a); s != "" { // as of no axes
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
	case []input:
		var names []string
		for _, in := range a {
			names = append(names, in.Name)
		}
		return "gorgonia.Nodes{" + strings.Join(names, ", ") + "}"
	case expression:
		return "gorgonia.Must(" + a.String() + ")"
	case beside:
		return a.code
	case verbatim:
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
	case []span:
		var code []string
		for _, s := range a {
			code = append(code, s.code())
		}
		return strings.Join(code, ", ")
	case tensor.Dtype:
		return "tensor." + exported(a)
	case gorgonia.Reduction:
		return "gorgonia." + reductionName(a)
	}
	if reflect.TypeOf(a).Kind() == reflect.Func {
		return "gorgonia." + name(a)
	}
	return fmt.Sprint(a)
}

func reductionName(r gorgonia.Reduction) string {
	if r == gorgonia.ReductionSum {
		return "ReductionSum"
	}
	return "ReductionMean"
}

// inputs returns the inputs in the order in which the expression names them,
// those that no gradient is asked for last.
func (e expression) inputs() []input {
	var all, held []input
	add := func(more ...input) {
		for _, in := range more {
			list := &all
			if in.Fixed {
				list = &held
			}
			if !slices.ContainsFunc(*list, func(other input) bool { return other.Name == in.Name }) {
				*list = append(*list, in)
			}
		}
	}
	for _, a := range e.args {
		switch a := a.(type) {
		case input:
			add(a)
		case []input:
			add(a...)
		case expression:
			add(a.inputs()...)
		}
	}
	return append(all, held...)
}

// span is a part of an axis: from:to by a step. The zero value is all of it.
type span struct{ from, to, step int }

func (s span) all() bool { return s == span{} }

func (s span) len() int { return (s.to - s.from + s.step - 1) / s.step }

func (s span) String() string {
	switch {
	case s.all():
		return ":"
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

// slice is the argument of gorgonia.Slice.
func (s span) slice() tensor.Slice {
	if s.all() {
		return nil
	}
	return gorgonia.S(s.from, s.to, s.step)
}
