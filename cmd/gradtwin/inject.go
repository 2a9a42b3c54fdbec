package main

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/stats"
)

// faulty is a backend with one element of its gradient changed: g·factor +
// amount. It shows what a failed check looks like.
type faulty struct {
	twin.Backend
	element        int
	factor, amount float64
	changed        bool // the fault made a difference
}

// faultText is an element, then * and a factor or + or - and an amount.
var faultText = regexp.MustCompile(`^(.*\]|[^\]*+-]+)([*+-])(.+)$`)

// inject returns the backend with the fault that the text describes, as in
// W1[74,49]*-1.
func inject(b twin.Backend, text string) (twin.Backend, error) {
	parts := faultText.FindStringSubmatch(text)
	if parts == nil {
		return nil, usagef("inject %q: want an element and what is done to it, as in W1[74,49]*-1 or b3[2]+1e-3", text)
	}
	x, err := strconv.ParseFloat(parts[3], 64)
	if err != nil || stats.IsNotFinite(x) {
		return nil, usagef("inject %q: %q is not a finite number", text, parts[3])
	}
	f := &faulty{Backend: b, factor: 1}
	if f.element, err = findElement(b.Params().Layout(), parts[1]); err != nil {
		return nil, usagef("inject %q: %w", text, err)
	}
	switch parts[2] {
	case "*":
		f.factor = x
	case "+":
		f.amount = x
	default:
		f.amount = -x
	}
	return f, nil
}

// findElement returns the place of an element among all, by its name.
func findElement(l gradtwin.Layout, name string) (int, error) {
	tensor, _, _ := strings.Cut(name, "[")
	var names []string
	first := 0
	for _, t := range l {
		if t.Name != tensor {
			names = append(names, t.Name)
			first += t.Len()
			continue
		}
		for i := range t.Len() {
			if t.Element(i) == name {
				return first + i, nil
			}
		}
		shape := strings.ReplaceAll(strings.Trim(fmt.Sprint(t.Shape), "[]"), " ", "×")
		return 0, fmt.Errorf("no element %s: %s is of shape %s, its last element is %s", name, tensor, shape,
			t.Element(t.Len()-1))
	}
	return 0, unknownName("tensor", tensor, names)
}

// Float32 reports whether the gradient without the fault is in float32.
func (f *faulty) Float32() bool {
	b, ok := f.Backend.(interface{ Float32() bool })
	return ok && b.Float32()
}

// Gradient implements twin.Backend.
func (f *faulty) Gradient(ctx context.Context, dst []float64, b gradtwin.Batch) error {
	if err := f.Backend.Gradient(ctx, dst, b); err != nil {
		return err
	}
	before := dst[f.element]
	dst[f.element] = before*f.factor + f.amount
	f.changed = f.changed || dst[f.element] != before
	return nil
}
