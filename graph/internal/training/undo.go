package training

import (
	"reflect"
	"slices"
	"unsafe"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
)

// undo restores, bit for bit, what a graph, its operations and a solver hold: values
// and bound gradients with their memory, the variables of Read nodes, the state of
// operations and of Gorgonia's solvers.
type undo struct {
	back []func()
	seen map[unsafe.Pointer]bool
}

// newUndo saves the present state.
func newUndo(s *Subject, solver gorgonia.Solver) *undo {
	k := &undo{seen: map[unsafe.Pointer]bool{}}
	for _, n := range s.UserCost.Graph().AllNodes() {
		k.node(n)
	}
	for _, holder := range s.Draws.Values {
		k.bytes(memory.Bytes(holder.Value()))
	}
	if s.Ops != nil {
		for _, t := range s.Ops.Originals() {
			k.bytes(memory.Bytes(t))
		}
	}
	k.solver(solver)
	return k
}

// restore restores the saved state.
func (k *undo) restore() {
	for _, put := range slices.Backward(k.back) {
		put()
	}
}

// node saves what a node is bound to, the mode of its operation, and the variable of a
// Read.
func (k *undo) node(n *gorgonia.Node) {
	k.value(peek.Writable(reflect.ValueOf(n).Elem().FieldByName("boundTo")))
	if n.Op() == nil {
		return
	}
	if op, ok := n.Op().(gorgonia.TrainModeOp); ok {
		if training, ok := peek.Bool(op, "isTraining"); ok {
			k.back = append(k.back, func() { _ = op.SetTraining(training) })
		}
	}
	if into := peek.Field(n.Op(), "into"); peek.TypeName(n.Op()) == "readOp" && into.IsValid() {
		k.value(reflect.NewAt(into.Type().Elem(), into.UnsafePointer()).Elem())
	}
}

// bytes saves some memory.
func (k *undo) bytes(b []byte) {
	old := slices.Clone(b)
	k.back = append(k.back, func() { copy(b, old) })
}

// value saves a variable that holds a value, a bound pair of value and gradient, or
// nothing.
func (k *undo) value(v reflect.Value) {
	old := reflect.New(v.Type()).Elem()
	old.Set(v)
	k.back = append(k.back, func() { v.Set(old) })
	if v.Kind() != reflect.Interface || v.IsNil() {
		return
	}
	held := v.Elem()
	if dense, ok := held.Interface().(*tensor.Dense); ok {
		k.tensor(v, dense)
		return
	}
	if held.Kind() != reflect.Pointer || held.IsNil() || !peek.IsGorgoniasType(held.Type()) {
		return
	}
	if k.seen[held.UnsafePointer()] {
		return
	}
	k.seen[held.UnsafePointer()] = true
	to := reflect.NewAt(held.Type().Elem(), held.UnsafePointer()).Elem()
	if to.Kind() != reflect.Struct { // a scalar
		k.value(to)
		return
	}
	for i := range to.NumField() {
		k.value(peek.Writable(to.Field(i)))
	}
}

// tensor saves the tensor that a variable holds. A LispMachine returns the tensors of
// inner nodes to a pool: then the variable gets a copy back.
func (k *undo) tensor(v reflect.Value, t *tensor.Dense) {
	b := memory.Bytes(t)
	old, spare := slices.Clone(b), t.Clone()
	k.back = append(k.back, func() {
		copy(b, old)
		if now := memory.Bytes(t); len(now) != len(b) || len(b) > 0 && &now[0] != &b[0] {
			v.Set(reflect.ValueOf(spare))
		}
	})
}

// solver saves what a solver of Gorgonia's holds, and gives it copies to work with: it
// returns the tensors that it has used to a pool, for others.
func (k *undo) solver(s gorgonia.Solver) {
	v := reflect.ValueOf(s)
	if !v.IsValid() || v.Kind() != reflect.Pointer || v.IsNil() || !peek.IsGorgoniasType(v.Type()) {
		return
	}
	holder := v.Elem()
	old := reflect.New(holder.Type()).Elem()
	old.Set(holder)
	k.back = append(k.back, func() { holder.Set(old) })
	for i := range holder.NumField() {
		f := peek.Writable(holder.Field(i))
		f.Set(copied(f))
	}
}

// copied returns a deep copy of what a solver holds, without nodes and graphs.
func copied(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		return copied(v.Elem())
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(copied(v.Index(i)))
		}
		return out
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeMap(v.Type())
		for key, held := range v.Seq2() {
			out.SetMapIndex(key, copied(held))
		}
		return out
	case reflect.Pointer:
		switch held := v.Interface().(type) {
		case *gorgonia.Node, *gorgonia.ExprGraph:
			return v
		case *tensor.Dense:
			if held == nil {
				return v
			}
			return reflect.ValueOf(held.Clone())
		}
		if v.IsNil() || !peek.IsGorgoniasType(v.Type()) {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(v.Elem())
		if out.Elem().Kind() == reflect.Struct {
			for i := range out.Elem().NumField() {
				f := peek.Writable(out.Elem().Field(i))
				f.Set(copied(f))
			}
		}
		return out
	}
	return v
}
