// Package ops defines the operations that this module adds to a graph, and copies
// the state that operations keep from run to run.
//
// A [Copier] copies the operations of one graph. [KeepsState] reports whether an
// operation may give different results for the same operands.
package ops

import (
	"reflect"
	"unsafe"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
)

// Copier copies those operations of a graph that keep state from run to run: batch
// normalization its running mean, pooling which elements were the largest, dropout
// whether it is in training mode. Where two operations share memory, as pooling and
// its derivative do, so do their copies.
type Copier struct {
	copies  map[unsafe.Pointer]reflect.Value // of what pointers point to
	tensors []state
	wide    bool // float32 memory becomes float64
}

// state is the memory of an operation and its copy.
type state struct{ from, to *tensor.Dense }

// NewCopier returns a new Copier. With wide, float32 memory becomes float64 in the
// copies.
func NewCopier(wide bool) *Copier {
	return &Copier{copies: map[unsafe.Pointer]reflect.Value{}, wide: wide}
}

// Copy returns a copy of op that shares no memory with it. An operation that is not
// Gorgonia's own is returned as it is: how to copy it is not known.
func (o *Copier) Copy(op gorgonia.Op) gorgonia.Op {
	if held, ok := op.(*HeldDropout); ok {
		return &HeldDropout{SDOp: o.Copy(held.SDOp).(gorgonia.SDOp), Mask: o.tensor(held.Mask)}
	}
	v := reflect.ValueOf(op)
	if inspect.IsConstant(op) || !keepsMemory(v.Type()) {
		return op
	}
	if v.Kind() == reflect.Pointer {
		return o.pointer(v).Interface().(gorgonia.Op)
	}
	c := reflect.New(v.Type())
	c.Elem().Set(v)
	o.fields(c.Elem())
	return c.Elem().Interface().(gorgonia.Op)
}

// pointer returns a pointer to a copy of a struct of Gorgonia's.
func (o *Copier) pointer(v reflect.Value) reflect.Value {
	if c, ok := o.copies[v.UnsafePointer()]; ok {
		return c
	}
	c := reflect.New(v.Type().Elem())
	c.Elem().Set(v.Elem())
	o.copies[v.UnsafePointer()] = c
	o.fields(c.Elem())
	return c
}

// fields replaces the memory that a struct, itself a copy already, points to.
func (o *Copier) fields(s reflect.Value) {
	for i := range s.NumField() {
		f := peek.Writable(s.Field(i))
		switch held := f.Interface().(type) {
		case *tensor.Dense:
			if held != nil {
				f.Set(reflect.ValueOf(o.tensor(held)))
			}
			continue
		case tensor.Dtype:
			if o.wide {
				f.Set(reflect.ValueOf(memory.WideType(held)))
			}
			continue
		}
		switch {
		case !keepsMemory(f.Type()):
		case f.Kind() == reflect.Pointer && !f.IsNil():
			f.Set(o.pointer(f))
		case f.Kind() == reflect.Struct:
			o.fields(f)
		}
	}
}

// tensor returns the copy of a tensor.
func (o *Copier) tensor(t *tensor.Dense) *tensor.Dense {
	if c, ok := o.copies[unsafe.Pointer(t)]; ok {
		return c.Interface().(*tensor.Dense)
	}
	c := t.Clone().(*tensor.Dense)
	if o.wide {
		if v, err := memory.Widen(t); err == nil {
			c = v.(*tensor.Dense)
		}
	}
	o.copies[unsafe.Pointer(t)] = reflect.ValueOf(c)
	o.tensors = append(o.tensors, state{from: t, to: c})
	return c
}

// Renew copies the present state of the originals, so that every run starts from the
// state of the user's operations.
func (o *Copier) Renew() {
	for _, s := range o.tensors {
		copy(memory.Bytes(s.to), memory.Bytes(s.from))
	}
}

// Originals returns the tensors that the copied operations keep.
func (o *Copier) Originals() []*tensor.Dense {
	out := make([]*tensor.Dense, len(o.tensors))
	for k, s := range o.tensors {
		out[k] = s.from
	}
	return out
}

// keepsMemory reports whether values of a type of Gorgonia's hold a tensor or a
// mode that can be switched.
func keepsMemory(t reflect.Type) bool {
	if !peek.IsGorgoniasType(t) {
		return false
	}
	if reflect.PointerTo(peek.StructOf(t)).Implements(reflect.TypeFor[gorgonia.TrainModeOp]()) {
		return true
	}
	if t = peek.StructOf(t); t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		switch f := t.Field(i).Type; {
		case f == reflect.TypeFor[*tensor.Dense](), f == reflect.TypeFor[tensor.Tensor](),
			f != t && f != reflect.PointerTo(t) && keepsMemory(f):
			return true
		}
	}
	return false
}
