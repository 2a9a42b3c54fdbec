package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gradtwin/compare"
)

// The tolerances on values and gradients, relative to the largest element.
// Those of float64 leave three digits of room over what the differences of
// order four resolve; float32 has seven digits, and a long operation keeps
// four of them.
const (
	tolerance64 = 1e-7
	tolerance32 = 1e-3
)

// Differences below these are rounding: what is left of a sum of terms of size 1
// that cancel, in units of 2⁻⁵³ and 2⁻²⁴. A relative tolerance alone would reject
// every result whose elements should all be 0.
const (
	absolute64 = 1e-12
	absolute32 = 1e-6
)

// noiseFactor·|f|/h bounds the error of a difference from the rounding of f: a few
// units in the last place.
const noiseFactor = 1e-15

// tolerances returns the relative and the absolute tolerance in a cell.
func (c *testCase) tolerances(of cell) (relative, absolute float64) {
	if c.Single || of.single() {
		return tolerance32, absolute32
	}
	return tolerance64, absolute64
}

// run returns the outcome of a cell: the worst of its draws.
func (c *testCase) run(of cell) Outcome {
	worst := c.runDraw(of, 0)
	for draw := 1; draw < draws && c.drawn(); draw++ {
		if o := c.runDraw(of, draw); o.Verdict > worst.Verdict {
			worst = o
		}
	}
	return worst
}

// runs reports whether a case is run in a cell. Inputs that no Transpose or Slice
// can give are leaves there too, which another cell has. An input with a type of its own
// keeps it in float32, and cannot be added to a result of another type.
func (c *testCase) runs(of cell) bool {
	operand := func(is func(in input) bool) bool {
		return slices.ContainsFunc(c.In, func(in input) bool { return !in.fixed() && is(in) })
	}
	switch {
	case of == tapeTransposed && !operand(func(in input) bool { return len(in.Shape) > 1 }),
		of == tapeSliced && !operand(func(in input) bool { return sliceable(in.Shape) >= 0 }):
		return false
	}
	return !of.twice() && !of.single() || !operand(func(in input) bool { return in.Type != "" })
}

func (c *testCase) runDraw(of cell, draw int) Outcome {
	o := Outcome{Cell: of.String(), Draw: draw}
	in := c.arrays(draw)
	switch {
	case !c.runs(of):
	case of == forward:
		c.judgeValue(in, &o)
	case c.Design != "":
		// It must return an error, or 0, which is right for a step function.
		if c.attempt(in, of, way{}, &o); o.Verdict == Failed || o.Verdict == NotRun {
			o.Verdict, o.Note = ByDesign, c.Design
		}
	default:
		if c.attempt(in, of, way{}, &o); o.Verdict != Right {
			o = c.again(in, of, o)
		}
	}
	return o
}

// again judges in other ways what seems wrong: the fault may be in the operations
// that make the cost, or in how the gradient was read.
func (c *testCase) again(in []array, of cell, o Outcome) Outcome {
	for _, other := range []struct {
		way
		note string
	}{
		{way{dot: true}, "as Reshape and Mul; wrong under HadamardProd and Sum"},
		{way{plain: true}, "as the cost itself; it fails when multiplied by a scalar"},
		{way{bound: true}, "with BindDualValues; the gradient node's own value is overwritten"},
	} {
		if of.lisp() && other.bound {
			continue
		}
		again := Outcome{Cell: o.Cell, Draw: o.Draw, Plain: other.plain}
		if c.attempt(in, of, other.way, &again); again.Verdict == Right {
			again.Note = "right " + other.note
			return again
		}
		// A wrong number is more telling than an error of the product with w.
		if o.Verdict == Failed && other.plain && again.Verdict.wrong() {
			o = again
		}
	}
	return o
}

// attempt runs a cell in one way and judges it.
func (c *testCase) attempt(in []array, of cell, w way, o *Outcome) {
	got, err := c.differentiate(in, of, w)
	if err != nil {
		o.fail(err)
		return
	}
	c.judge(in, of, w, got, o)
}

// judgeValue compares Gorgonia's forward value with plain Go.
func (c *testCase) judgeValue(in []array, o *Outcome) {
	got, err := c.value(in)
	if err != nil {
		if o.fail(err); c.Design != "" && o.Verdict == Failed && c.Ref == nil {
			o.Verdict = ByDesign
		}
		return
	}
	if c.Ref == nil {
		return
	}
	want := c.Ref(in)
	o.Verdict = Right
	if !slices.Equal(squeeze(got.Shape), squeeze(want.Shape)) {
		o.Verdict, o.Note = WrongValue, fmt.Sprintf("shape %s, want %s", dims(got.Shape), dims(want.Shape))
		if len(got.Data) != len(want.Data) {
			return
		}
	}
	relative, absolute := c.tolerances(forward)
	if i := furthest(got.Data, want.Data, relative, absolute); i >= 0 {
		o.Verdict = WrongValue
		o.numbers(element("y", want.Shape, i), got.Data[i], want.Data[i])
	}
}

// furthest returns the index of the largest difference, or -1 when all are
// within the tolerance, relative to the largest element, or the absolute one.
func furthest(got, want []float64, tolerance, absolute float64) int {
	worst, at := bound(want, tolerance, absolute), -1
	for i := range want {
		if d := math.Abs(got[i] - want[i]); !(d <= worst) {
			if worst, at = d, i; math.IsNaN(d) {
				return i
			}
		}
	}
	return at
}

// bound returns the larger of the two tolerances as an absolute one.
func bound(want []float64, tolerance, absolute float64) float64 {
	return max(tolerance*math.Abs(want[largest(want)]), absolute)
}

// largest returns the index of the largest absolute value.
func largest(x []float64) (at int) {
	for i, v := range x {
		if math.Abs(v) > math.Abs(x[at]) {
			at = i
		}
	}
	return at
}

// judge compares a gradient with differences.
func (c *testCase) judge(in []array, of cell, w way, got symbolic, o *Outcome) {
	f := newScalarOf(c, in, of, w)
	cost, err := f.loss()
	if err != nil {
		o.fail(fmt.Errorf("forward: %w", err))
		return
	}
	tolerance, noise := c.tolerances(of)
	if math.Abs(got.cost-cost) > tolerance*math.Max(1, math.Abs(cost)) || math.IsNaN(got.cost) != math.IsNaN(cost) {
		o.Verdict = WrongValue
		o.numbers("Σw·y", got.cost, cost)
		return
	}
	if len(f.x) == 0 {
		return // all inputs are fixed: there is no gradient to judge
	}
	var a, d []float64
	for k, n := range f.layout {
		if len(got.grads[k].Data) != size(n.Shape) {
			o.Verdict, o.Note = WrongGradient,
				fmt.Sprintf("the gradient of %s has shape %s, want %s", n.Name, dims(got.grads[k].Shape), dims(n.Shape))
			return
		}
		a = append(a, got.grads[k].Data...)
	}
	for i := range a {
		v, err := f.derivative(i)
		if err != nil {
			o.fail(fmt.Errorf("forward at x±h: %w", err))
			return
		}
		d = append(d, v)
	}
	o.Verdict = Right
	if tolerance == tolerance64 { // where the derivative is 0, the difference is only noise
		noise = noiseFactor * math.Max(1, math.Abs(cost)) / step
	}
	i := furthest(a, d, tolerance, noise)
	if i < 0 {
		i = largest(d)
		o.numbers(f.layout.Element(i), a[i], d[i])
		return
	}
	bound := bound(d, tolerance, noise)
	for k := range a {
		if math.Abs(a[k]-d[k]) <= bound {
			continue
		}
		kink, ok := f.excuses(k, a[k], 10*tolerance)
		if !ok {
			o.Verdict, o.Note = WrongGradient, ""
			if !slices.ContainsFunc(a, func(x float64) bool { return x != 0 }) {
				o.Verdict = Zero
			}
			o.numbers(f.layout.Element(i), a[i], d[i])
			return
		}
		if kink {
			o.Note = "at a kink, a valid subgradient"
		}
	}
}

// excuses reports whether compare.Check accepts the gradient of an element that the
// difference rejects, and whether the element is at a kink. The check knows kinks and
// measures how precise a difference can be. The loss is in float64 in every cell.
//
// It checks one element as a function of one variable. With all elements it would
// also compare along lines through a kink, where no choice of a subgradient fits.
func (f *scalarOf) excuses(i int, gradient, rtol float64) (kink, ok bool) {
	loss := func(x []float64) float64 {
		y, err := f.lossAt(i, x[0])
		if err != nil {
			return math.NaN()
		}
		return y
	}
	_, err := compare.Check(context.Background(),
		compare.Of(loss, func(grad, _ []float64) { grad[0] = gradient }, f.x[i:i+1]),
		compare.Options{Mode: compare.Full, Workers: 1, Rtol: rtol, Each: func(e compare.Element) {
			kink, ok = e.Verdict == compare.Kink, e.Verdict == compare.Kink || e.Verdict == compare.OK
		}})
	var empty *compare.EmptyError
	return kink, err == nil && ok || errors.As(err, &empty)
}

// outcome returns the outcome of cell k.
func (c *testCase) outcome(k int) Outcome { return c.run(cell(k)) }
