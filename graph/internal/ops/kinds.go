package ops

import (
	"reflect"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/peek"
)

// IsOurs reports whether an operation is one of this package's, which have no state.
func IsOurs(op gorgonia.Op) bool {
	switch op.(type) {
	case *HeldDropout, *weightedSum, *weightedSpread:
		return true
	}
	return false
}

// KeepsState reports whether an operation may give another result for the same
// operands.
func KeepsState(op gorgonia.Op) bool {
	if _, held := op.(*HeldDropout); held {
		return true
	}
	return !inspect.IsConstant(op) && !IsOurs(op) && (!peek.IsGorgonias(op) || keepsMemory(reflect.TypeOf(op)))
}

// MayKeepState reports whether the methods of an operation of a type could change
// what it holds.
func MayKeepState(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer:
		return t.Elem().Kind() != reflect.Struct || t.Elem().NumField() > 0
	case reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	case reflect.Struct:
		for i := range t.NumField() {
			if MayKeepState(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}
