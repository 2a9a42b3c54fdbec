package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"gradtwin"
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
// that cancel, some thousand units of 2⁻⁵³ and some of 2⁻²⁴. Without them a value
// of 0 could not be met.
const (
	absolute64 = 1e-12
	absolute32 = 1e-6
)

// step is that of the differences: their error is h⁴·f⁽⁵⁾/30 + 1.5·u·|f|/h.
const step = 1e-3

// noiseFactor times |f|/h is what a difference of rounded values can be off: a
// few units in the last place.
const noiseFactor = 1e-15

// run returns the outcome of one cell: the worst of its draws.
func (c *Case) run(cell Cell) Outcome {
	worst := c.runDraw(cell, 0)
	for draw := 1; draw < draws && c.drawn(); draw++ {
		if o := c.runDraw(cell, draw); o.Verdict > worst.Verdict {
			worst = o
		}
	}
	return worst
}

// runs reports whether a cell applies to a case. An input with a type of its own
// keeps it in float32 too, and cannot be added to a result of another type.
func (c *Case) runs(cell Cell) bool {
	has := func(what func([]int) bool) bool {
		return slices.ContainsFunc(c.In, func(in Input) bool { return !in.fixed() && what(in.Shape) })
	}
	switch {
	case cell == TapeTransposed && !has(func(shape []int) bool { return len(shape) > 1 }),
		cell == TapeSliced && !has(func(shape []int) bool { return sliceable(shape) >= 0 }):
		return false // it is on leaves
	}
	typed := slices.ContainsFunc(c.In, func(in Input) bool { return !in.fixed() && in.Type != "" })
	return !typed || !cell.twice() && cell.dtype() == Forward.dtype()
}

// single reports whether a cell computes in float32.
func (c *Case) single(cell Cell) bool { return c.Single || cell.dtype() != Forward.dtype() }

func (c *Case) runDraw(cell Cell, draw int) Outcome {
	o := Outcome{Cell: cell.String(), Draw: draw}
	if !c.runs(cell) {
		return o
	}
	in := c.arrays(draw)
	if cell == Forward {
		c.judgeForward(in, &o)
		return o
	}
	if c.Design != "" {
		c.judgeDesign(in, cell, &o)
		return o
	}
	c.attempt(in, cell, way{}, &o)
	if o.Verdict == Right {
		return o
	}
	// What could be wrong is the sum and not the operation, or the way the
	// gradient was read.
	for _, other := range []struct {
		way
		note string
	}{
		{way{dot: true}, "as Reshape and Mul; wrong under HadamardProd and Sum"},
		{way{plain: true}, "as the cost itself; it fails when multiplied by a scalar"},
		{way{bound: true}, "with BindDualValues; the gradient node's own value is overwritten"},
	} {
		if cell.lisp() && other.bound {
			continue
		}
		again := Outcome{Cell: o.Cell, Draw: draw}
		if c.attempt(in, cell, other.way, &again); again.Verdict == Right {
			again.Note, again.Plain = "right "+other.note, other.plain
			return again
		}
		// A wrong number says more than an error of the product.
		if o.Verdict == Failed && other.plain && again.Verdict.wrong() {
			again.Plain = true
			o = again
		}
	}
	return o
}

// way is how a scalar is made of the result and how the gradient is read.
type way struct {
	dot   bool // by Reshape and Mul, not by HadamardProd and Sum
	plain bool // the result, which is a scalar, is the cost itself
	bound bool // the gradient is that bound to the leaf
}

// attempt runs and judges a cell in one way.
func (c *Case) attempt(in []Array, cell Cell, w way, o *Outcome) {
	got, err := c.differentiate(in, cell, w)
	if err != nil {
		o.fail(err)
		return
	}
	c.judge(in, cell, w, got, o)
}

func (o *Outcome) fail(err error) {
	o.Verdict, o.Note = Failed, steady(err.Error())
	if p := (panicked{}); errors.As(err, &p) {
		o.Verdict = Panicked
	}
}

// unsteady are the parts of Gorgonia's messages that change from run to run:
// numbers of nodes, addresses, and which of several roots is named.
var unsteady = regexp.MustCompile(`\(%[0-9a-f]+\)|0x[0-9a-f]+|Expected cost to be a scalar\. Got .*`)

// steady makes a message the same in every run.
func steady(message string) string {
	return unsteady.ReplaceAllStringFunc(message, func(part string) string {
		if strings.HasPrefix(part, "Expected cost") {
			return "Expected cost to be a scalar"
		}
		return ""
	})
}

// judgeForward compares Gorgonia's forward value with plain Go.
func (c *Case) judgeForward(in []Array, o *Outcome) {
	got, err := c.forward(in, Forward)
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
	if len(got.Data) != len(want.Data) {
		o.Verdict, o.Note = WrongValue, fmt.Sprintf("shape %s, want %s", dims(got.Shape), dims(want.Shape))
		return
	}
	if dims(squeeze(got.Shape)) != dims(squeeze(want.Shape)) {
		o.Verdict, o.Note = WrongValue, fmt.Sprintf("shape %s, want %s", dims(got.Shape), dims(want.Shape))
	}
	tolerance, absolute := tolerance64, absolute64
	if c.single(Forward) {
		tolerance, absolute = tolerance32, absolute32
	}
	if i := furthest(got.Data, want.Data, tolerance, absolute); i >= 0 {
		o.Verdict = WrongValue
		o.numbers(element("y", want.Shape, i), got.Data[i], want.Data[i])
	}
}

// squeeze leaves dimensions of 1 out: Gorgonia is careless with them.
func squeeze(shape []int) []int {
	var s []int
	for _, d := range shape {
		if d != 1 {
			s = append(s, d)
		}
	}
	return s
}

// furthest returns the index of the largest difference, or -1 when all are
// within the tolerance, relative to the largest element, or the absolute one.
func furthest(got, want []float64, tolerance, absolute float64) int {
	scale, worst, at := 0.0, 0.0, -1
	for _, v := range want {
		scale = math.Max(scale, math.Abs(v))
	}
	for i := range want {
		if d := math.Abs(got[i] - want[i]); !(d <= max(tolerance*scale, absolute)) && !(d <= worst) {
			if worst, at = d, i; math.IsNaN(d) {
				return i
			}
		}
	}
	return at
}

// judgeDesign asks an operation without a gradient for one: it must return an
// error, or 0, as a step function has.
func (c *Case) judgeDesign(in []Array, cell Cell, o *Outcome) {
	got, err := c.differentiate(in, cell, way{})
	if err != nil {
		if o.fail(err); o.Verdict == Failed {
			o.Verdict, o.Note = ByDesign, c.Design
		}
		return
	}
	c.judge(in, cell, way{}, got, o)
}

// judge compares a gradient with differences.
func (c *Case) judge(in []Array, cell Cell, w way, got symbolic, o *Outcome) {
	f := &scalarOf{c: c, in: in, cell: cell, plain: w.plain}
	cost, err := f.Loss()
	if err != nil {
		o.fail(fmt.Errorf("forward: %w", err))
		return
	}
	tolerance := tolerance64
	if c.single(cell) {
		tolerance = tolerance32
	}
	if math.Abs(got.cost-cost) > tolerance*math.Max(1, math.Abs(cost)) || math.IsNaN(got.cost) != math.IsNaN(cost) {
		o.Verdict = WrongValue
		o.numbers("Σw·y", got.cost, cost)
		return
	}
	var a, d []float64
	k := 0
	for _, n := range c.In {
		if n.fixed() {
			continue
		}
		if len(got.grads[k].Data) != size(n.Shape) {
			o.Verdict, o.Note = WrongGradient,
				fmt.Sprintf("the gradient of %s has shape %s, want %s", n.Name, dims(got.grads[k].Shape), dims(n.Shape))
			return
		}
		a = append(a, got.grads[k].Data...)
		k++
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
	// Where the derivative is 0 the difference is only noise.
	noise := noiseFactor * math.Max(1, math.Abs(cost)) / step
	if c.single(cell) {
		noise = absolute32
	}
	i := furthest(a, d, tolerance, noise)
	if i < 0 {
		largest := 0
		for k, v := range d {
			if math.Abs(v) > math.Abs(d[largest]) {
				largest = k
			}
		}
		o.numbers(f.Layout().Element(largest), a[largest], d[largest])
		return
	}
	// compare.Check knows kinks and how precise a difference can be. In single
	// precision what is judged is the same function in double precision.
	f.gradient = a
	// Verdicts are by element here: at a kink the check also wants the gradient to
	// fit along lines, and no choice of a subgradient does. What the check cannot
	// see must be what the difference above says.
	right := true
	report, err := compare.Check(context.Background(), f,
		compare.Options{Mode: compare.Full, Workers: 1, Rtol: 10 * tolerance, Each: func(e compare.Element) {
			switch e.Verdict {
			case compare.OK, compare.Kink:
			case compare.Unseen:
				right = right && math.Abs(a[e.Flat]-d[e.Flat]) <= noise
			default:
				right = false
			}
		}})
	var empty *compare.EmptyError
	if err == nil && right || errors.As(err, &empty) {
		o.Note = notes(report)
		return
	}
	layout := f.Layout()
	o.Verdict = WrongGradient
	if allZero(a) {
		o.Verdict = Zero
	}
	o.numbers(layout.Element(i), a[i], d[i])
}

// numbers records the element, and the value found and wanted there. JSON cannot
// represent NaN.
func (o *Outcome) numbers(element string, got, want float64) {
	if v := got + want; math.IsNaN(v) || math.IsInf(v, 0) {
		o.Note = fmt.Sprintf("%s is %v, right is %.6g", element, got, want)
		return
	}
	o.Element, o.Got, o.Want = element, got, want
}

func notes(r *compare.Report) string {
	if r != nil && r.Counts.Kink > 0 {
		return "at a kink, a valid subgradient"
	}
	return ""
}

func allZero(x []float64) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}

func element(name string, shape []int, i int) string {
	return gradtwin.Layout{{Name: name, Shape: shape}}.Element(i)
}

// scalarOf is Σ w·y as a function of the case's inputs that are not fixed. The
// sum is in plain Go, and y too where the case has a reference.
type scalarOf struct {
	c        *Case
	in       []Array
	cell     Cell
	plain    bool // the weight of the result is 1
	gradient []float64
}

// Layout implements gradtwin.Function.
func (f *scalarOf) Layout() gradtwin.Layout {
	var l gradtwin.Layout
	for _, n := range f.c.In {
		if !n.fixed() {
			l = append(l, gradtwin.Tensor{Name: n.Name, Shape: n.Shape})
		}
	}
	return l
}

func (f *scalarOf) at(i int) *float64 {
	for k, n := range f.c.In {
		if n.fixed() {
			continue
		}
		if i < len(f.in[k].Data) {
			return &f.in[k].Data[i]
		}
		i -= len(f.in[k].Data)
	}
	panic("audit: no such element")
}

// At implements gradtwin.Function.
func (f *scalarOf) At(i int) float64 { return *f.at(i) }

// Set implements gradtwin.Function.
func (f *scalarOf) Set(i int, x float64) { *f.at(i) = x }

// Loss implements gradtwin.Function.
func (f *scalarOf) Loss() (float64, error) {
	var y Array
	if f.c.Ref != nil {
		y = f.c.Ref(f.in)
	} else {
		var err error
		if y, err = f.c.forward(f.in, Forward); err != nil {
			return 0, err
		}
	}
	total := dot(y, weights(weightOf, y.Shape))
	if f.plain {
		total = sum(y.Data)
	}
	if !f.cell.twice() {
		return total, nil
	}
	k := 0
	for i, n := range f.c.In {
		if !n.fixed() {
			total += dot(f.in[i], weights(secondUse+k, n.Shape))
			k++
		}
	}
	return total, nil
}

// Gradient implements gradtwin.Function.
func (f *scalarOf) Gradient(dst []float64) error {
	copy(dst, f.gradient)
	return nil
}

// derivative is the central difference of order four.
func (f *scalarOf) derivative(i int) (float64, error) {
	x := f.At(i)
	defer f.Set(i, x)
	sum := 0.0
	for _, t := range [...]struct{ at, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
		f.Set(i, x+t.at*step)
		v, err := f.Loss()
		if err != nil {
			return 0, err
		}
		sum += t.weight * v
	}
	return sum / (12 * step), nil
}

func dot(a, b Array) float64 {
	sum := 0.0
	for i, v := range a.Data {
		sum += v * b.Data[i]
	}
	return sum
}
