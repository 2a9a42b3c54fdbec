// Package peek reads what Gorgonia v0.9.18 keeps unexported: the operands of a
// node and the settings of an operation or a solver.
package peek

import (
	"reflect"

	"gorgonia.org/gorgonia"
)

// gorgoniaPath is the import path of Gorgonia.
var gorgoniaPath = reflect.TypeFor[gorgonia.Node]().PkgPath()

// Children returns the nodes that n is computed from, in order.
//
// ExprGraph.From does not do this: its index is wrong once a node was removed from
// the graph, as Log(1−p) removes its operand, and it then answers for another node.
func Children(n *gorgonia.Node) gorgonia.Nodes {
	list := reflect.ValueOf(n).Elem().FieldByName("children")
	out := make(gorgonia.Nodes, list.Len())
	for i := range out {
		out[i] = (*gorgonia.Node)(list.Index(i).UnsafePointer())
	}
	return out
}

// TypeName returns the name of the type of an operation or a solver, without a pointer's star.
func TypeName(of any) string { return StructOf(reflect.TypeOf(of)).Name() }

// IsGorgonias reports whether an operation is one of Gorgonia's own.
func IsGorgonias(op gorgonia.Op) bool { return IsGorgoniasType(reflect.TypeOf(op)) }

// IsGorgoniasType reports whether a type, or what it points to, is declared by
// Gorgonia.
func IsGorgoniasType(t reflect.Type) bool { return StructOf(t).PkgPath() == gorgoniaPath }

// Field returns a field of the struct of an operation or a solver, for reading alone. It is not
// valid when there is none.
func Field(of any, name string) reflect.Value {
	v := reflect.ValueOf(of)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return v.FieldByName(name)
}

// Int returns an integer setting, and whether it has it.
func Int(of any, name string) (int, bool) {
	f := Field(of, name)
	if !f.IsValid() || !f.CanInt() {
		return 0, false
	}
	return int(f.Int()), true
}

// Ints returns a list of integers among the settings.
func Ints(of any, name string) []int {
	f := Field(of, name)
	if !f.IsValid() || f.Kind() != reflect.Slice || !f.Type().Elem().ConvertibleTo(reflect.TypeFor[int]()) {
		return nil
	}
	out := make([]int, f.Len())
	for i := range out {
		out[i] = int(f.Index(i).Int())
	}
	return out
}

// Bool returns a switch among the settings, and whether it has it.
func Bool(of any, name string) (value, ok bool) {
	f := Field(of, name)
	if !f.IsValid() || f.Kind() != reflect.Bool {
		return false, false
	}
	return f.Bool(), true
}

// Float returns a number among the settings, and whether it has it.
func Float(of any, name string) (float64, bool) {
	f := Field(of, name)
	if !f.IsValid() || !f.CanFloat() {
		return 0, false
	}
	return f.Float(), true
}

// SetFunc replaces a function among the settings, where it has one of
// f's type. It must be a pointer to a struct.
func SetFunc(of any, name string, f any) {
	field, value := Field(of, name), reflect.ValueOf(f)
	if field.IsValid() && field.CanAddr() && value.CanConvert(field.Type()) {
		Writable(field).Set(value.Convert(field.Type()))
	}
}

// SetOp replaces a node's operation.
func SetOp(n *gorgonia.Node, op gorgonia.Op) {
	Writable(reflect.ValueOf(n).Elem().FieldByName("op")).Set(reflect.ValueOf(op))
}

// Writable returns a field, perhaps unexported, of an addressable struct such
// that it can be set.
func Writable(field reflect.Value) reflect.Value {
	return reflect.NewAt(field.Type(), field.Addr().UnsafePointer()).Elem()
}

// StructOf returns a type, or what it points to.
func StructOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}
