package audit

import (
	"cmp"
	"fmt"

	"gradtwin"
)

// scalarOf is the cost as a function of the inputs that are not fixed, in plain Go
// where the case has a reference.
type scalarOf struct {
	c      *testCase
	of     cell
	plain  bool // the cost is the result itself
	layout gradtwin.Layout
	in     []array   // of all inputs; those that are not fixed share the memory of x
	x      []float64 // in the order of layout
}

func newScalarOf(c *testCase, in []array, of cell, w way) *scalarOf {
	f := &scalarOf{c: c, of: of, plain: w.plain, in: append([]array(nil), in...)}
	for k, n := range c.In {
		if !n.fixed() {
			f.layout = append(f.layout, gradtwin.Tensor{Name: n.Name, Shape: n.Shape})
			f.x = append(f.x, in[k].Data...)
		}
	}
	x := f.x
	for k, n := range c.In {
		if !n.fixed() {
			f.in[k].Data, x = x[:size(n.Shape)], x[size(n.Shape):]
		}
	}
	return f
}

func (f *scalarOf) loss() (float64, error) {
	var y array
	if f.c.Ref != nil {
		y = f.c.Ref(f.in)
	} else {
		var err error
		if y, err = f.c.value(f.in); err != nil {
			return 0, err
		}
	}
	total := dot(y, weights(weightOf, y.Shape))
	if f.plain {
		total = sum(y.Data)
	}
	if f.of.twice() {
		x := f.x
		for k, n := range f.layout {
			total += dot(array{n.Shape, x[:size(n.Shape)]}, weights(secondUse+k, n.Shape))
			x = x[size(n.Shape):]
		}
	}
	return total, nil
}

// step is h of the differences, whose error is h⁴·f⁽⁵⁾/30 + 1.5·u·|f|/h.
const step = 1e-3

// derivative is the central difference of order four.
func (f *scalarOf) derivative(i int) (float64, error) {
	x := f.x[i]
	sum := 0.0
	for _, t := range [...]struct{ at, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
		v, err := f.lossAt(i, x+t.at*step)
		if err != nil {
			return 0, err
		}
		sum += t.weight * v
	}
	return sum / (12 * step), nil
}

// lossAt returns the loss with x as element i.
func (f *scalarOf) lossAt(i int, x float64) (float64, error) {
	defer func(old float64) { f.x[i] = old }(f.x[i])
	f.x[i] = x
	return f.loss()
}

// arithmetic writes a central difference at element i as a calculation.
func (f *scalarOf) arithmetic(i int) (string, error) {
	const h = 1e-4 // for a reader: the derivative has seven digits
	x := f.x[i]
	fp, err := f.lossAt(i, x+h)
	fm, also := f.lossAt(i, x-h)
	if err := cmp.Or(err, also); err != nil {
		return "", err
	}
	name := f.layout.Element(i)
	by := "y from plain Go"
	if f.c.Ref == nil {
		by = "y from Gorgonia's own forward pass"
	}
	return fmt.Sprintf("By hand, with %s and the cost below:\ncost(%s = %.6g) = %.12f\ncost(%s = %.6g) = %.12f\n"+
		"so the derivative is their difference over %.6g, %.6f.",
		by, name, x+h, fp, name, x-h, fm, 2*h, (fp-fm)/(2*h)), nil
}

func dot(a, b array) float64 {
	sum := 0.0
	for i, v := range a.Data {
		sum += v * b.Data[i]
	}
	return sum
}
