// Package enum gives the values of an enumeration their names.
package enum

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Names holds the names of the values 0, 1, … of an enumeration.
type Names[T ~uint8] struct {
	what string
	list []string
}

// New returns the names of an enumeration's values in their order. In errors a value
// is called what.
func New[T ~uint8](what string, names ...string) Names[T] { return Names[T]{what, names} }

// Of returns the name of a value, or its type and number where it has none, as in
// Mode(7).
func (n Names[T]) Of(v T) string {
	if int(v) < len(n.list) {
		return n.list[v]
	}
	return fmt.Sprintf("%s(%d)", reflect.TypeFor[T]().Name(), uint8(v))
}

// Read sets v to the value with a name, and leaves it alone where there is none.
func (n Names[T]) Read(v *T, name []byte) error {
	i := slices.Index(n.list, string(name))
	if i < 0 {
		return fmt.Errorf("%s %q: want one of %s", n.what, name, strings.Join(n.list, ", "))
	}
	*v = T(i)
	return nil
}

// Check returns an error unless v is one of the values.
func (n Names[T]) Check(v T) error {
	if int(v) >= len(n.list) {
		return fmt.Errorf("%s %s: want one of %s", n.what, n.Of(v), strings.Join(n.list, ", "))
	}
	return nil
}
