package graph

import (
	"reflect"
	"slices"
	"unsafe"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/peek"
)

// kept is what a graph, its operations and a solver hold, kept so that it can be
// put back to the bit: values and bound gradients with the memory that holds them,
// what Read nodes have read, the state of operations, that of Gorgonia's solvers.
type kept struct {
	undo []func()
	seen map[unsafe.Pointer]bool
}

// keep takes down what there is.
func keep(w *Wrapped, solver gorgonia.Solver) *kept {
	k := &kept{seen: map[unsafe.Pointer]bool{}}
	for _, n := range w.user.cost.Graph().AllNodes() {
		k.node(n)
	}
	for _, l := range w.user.held.values {
		k.bytes(memory(l.node.Value()))
	}
	if w.ops != nil {
		for _, s := range w.ops.tensors {
			k.bytes(memory(s.from))
		}
	}
	if v := reflect.ValueOf(solver); v.IsValid() && v.Kind() == reflect.Pointer && peek.IsGorgoniasType(v.Type()) {
		k.pointer(v)
	}
	return k
}

// restore puts everything back.
func (k *kept) restore() {
	for _, undo := range slices.Backward(k.undo) {
		undo()
	}
}

// node keeps what a node is bound to, and what its operation changes of itself or
// of a variable of the user's.
func (k *kept) node(n *gorgonia.Node) {
	k.value(peek.Writable(reflect.ValueOf(n).Elem().FieldByName("boundTo")))
	if n.Op() == nil {
		return
	}
	if op, ok := n.Op().(gorgonia.TrainModeOp); ok {
		if training, ok := peek.Bool(op, "isTraining"); ok {
			k.undo = append(k.undo, func() { _ = op.SetTraining(training) })
		}
	}
	if into := peek.Field(n.Op(), "into"); peek.TypeName(n.Op()) == "readOp" && into.IsValid() {
		k.value(reflect.NewAt(into.Type().Elem(), into.UnsafePointer()).Elem())
	}
}

// bytes keeps a stretch of memory.
func (k *kept) bytes(b []byte) {
	old := slices.Clone(b)
	k.undo = append(k.undo, func() { copy(b, old) })
}

// value keeps a variable, and what of Gorgonia's it leads to.
func (k *kept) value(v reflect.Value) {
	old := reflect.New(v.Type()).Elem()
	old.Set(v)
	k.undo = append(k.undo, func() { v.Set(old) })
	k.follow(v)
}

// follow keeps what a variable that is kept leads to.
func (k *kept) follow(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		k.follow(v.Elem())
	case reflect.Pointer:
		k.pointer(v)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.CanAddr() {
				k.follow(peek.Writable(v.Field(i)))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			k.value(v.Index(i))
		}
	case reflect.Map:
		old := map[any]reflect.Value{}
		for key, held := range v.Seq2() {
			old[key.Interface()] = held
			k.follow(held)
		}
		k.undo = append(k.undo, func() {
			v.Clear()
			for key, held := range old {
				v.SetMapIndex(reflect.ValueOf(key), held)
			}
		})
	}
}

// pointer keeps a value of Gorgonia's or a tensor that a pointer leads to, once;
// nodes and graphs are none.
func (k *kept) pointer(v reflect.Value) {
	if v.IsNil() || k.seen[v.UnsafePointer()] {
		return
	}
	switch held := v.Interface().(type) {
	case *gorgonia.Node, *gorgonia.ExprGraph:
		return
	case *tensor.Dense:
		k.seen[v.UnsafePointer()] = true
		k.bytes(memory(held))
		return
	}
	if peek.IsGorgoniasType(v.Type()) {
		k.seen[v.UnsafePointer()] = true
		k.value(reflect.NewAt(v.Type().Elem(), v.UnsafePointer()).Elem())
	}
}
