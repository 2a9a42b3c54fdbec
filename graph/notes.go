package graph

import (
	"fmt"
	"reflect"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/faults"
	"gradtwin/graph/internal/peek"
)

// Notes says what of the graph is not checked as it runs: random nodes that are
// held at one draw, a cost that is made a scalar, operations whose state is not
// restored.
func (w *Wrapped) Notes() []string { return w.notes }

// notesOf returns what is to be said of a graph besides its random nodes.
func notesOf(cost *gorgonia.Node, nodes gorgonia.Nodes) (notes []string) {
	if n := cost.Shape().TotalSize(); !cost.IsScalar() && n > 1 {
		notes = append(notes, fmt.Sprintf("%s is made a scalar by fixed pseudo-random weights", label(cost)))
	}
	for _, n := range nodes {
		if n.Op() != nil && !peek.IsGorgonias(n.Op()) && mayKeepState(reflect.TypeOf(n.Op())) {
			notes = append(notes, fmt.Sprintf("%s is not one of Gorgonia's operations: what it keeps from run to run is not restored", label(n)))
		}
	}
	if other := faults.Replaced(); other != "" {
		notes = append(notes, fmt.Sprintf("the program is built with %s: known faults of gorgonia %s are not looked for", other, faults.Version))
	}
	return notes
}

// mayKeepState reports whether an operation of a type can hold what its methods
// change.
func mayKeepState(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer:
		return t.Elem().Kind() != reflect.Struct || t.Elem().NumField() > 0
	case reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	case reflect.Struct:
		for i := range t.NumField() {
			if mayKeepState(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}
