package audit

import (
	"fmt"
	"slices"
)

// feature is a number that a drawn case has: the size of an axis, a setting, or 1 or
// 0 for what the case has or has not. The conditions under which an operation fails
// are made of features.
type feature struct {
	name  string
	value int
	no    string // the name where the value is 0; empty of other numbers
}

// features are those that a case is drawn with.
type features []feature

// note notes a setting.
func (f *features) note(name string, value int) { *f = append(*f, feature{name, value, ""}) }

// has notes whether the case has something.
func (f *features) has(name string, has bool) {
	*f = append(*f, feature{name, int(truth(has)), "no " + name})
}

// is notes which of several names a setting has.
func (f *features) is(setting, name string, of []string) {
	for _, one := range of {
		*f = append(*f, feature{setting + " = " + one, int(truth(one == name)), setting + " ≠ " + one})
	}
}

// along notes which axes of a shape a reduction works along; none are all.
func (f *features) along(shape, axes []int) {
	last := len(shape) - 1
	if len(axes) > 0 {
		last = slices.Max(axes)
	}
	length, between := innerAxis(shape, axes)
	f.has("axis left", len(axes) > 0 && len(axes) < len(shape))
	f.note("last axis reduced", last)
	f.note("size of the inner axis", length)
	f.note("elements between the first axis and the inner one", between)
}

// innerAxis returns the size of one of the axes, and the number of elements between
// it and the first axis that is not one of them: the one with the most that is not
// the shape's last. Both are 0 where there is none.
func innerAxis(shape, axes []int) (length, between int) {
	first, left := true, 1
	for d, n := range shape {
		switch inner := slices.Contains(axes, d); {
		case !inner && first:
			first = false
		case !inner:
			left *= n
		case !first && d < len(shape)-1 && left >= between:
			length, between = n, left
		}
	}
	return length, between
}

// shapes returns what the shapes of the inputs are.
func (c *testCase) shapes() (all []feature) {
	for _, in := range c.In {
		of := ""
		if len(c.In) > 1 {
			of = " of " + in.Name
		}
		all = append(all, feature{name: "rank" + of, value: len(in.Shape)})
		for d, n := range in.Shape {
			all = append(all, feature{name: fmt.Sprint("axis ", d, of), value: n})
		}
		all = append(all, feature{name: "elements" + of, value: size(in.Shape)})
	}
	return all
}
