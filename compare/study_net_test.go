package compare_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin/twintest"
	"gradtwin/numeric"
)

// fault is a mistake in a backward pass.
type fault struct {
	name string
	// says is what the report has to say of it; empty where no diagnosis is
	// promised.
	says string
}

const (
	faultSign       = "one sign flipped"
	faultFactor     = "W1 times 1.0005"
	faultBatch      = "divided by B once more"
	faultTransposed = "last W transposed"
	faultRow        = "one row dropped"
	faultMask       = "activation's derivative left out"
	faultBias       = "b1 not summed over the batch"
	faultShortcut   = "y−t without δ"
	faultTwice      = "accumulated twice"
	faultSwapped    = "two tensors swapped"
	faultZero       = "all zero"
	faultSingle     = "backward pass in float32"
)

var faults = []fault{
	{faultSign, "sign error"}, {faultFactor, "1.0005"}, {faultBatch, "division by 7"}, {faultTransposed, "transposed"},
	{faultRow, ""}, {faultMask, ""}, {faultBias, ""}, {faultShortcut, ""}, {faultTwice, "2 times"},
	{faultSwapped, "swapped"}, {faultZero, "all zero"}, {faultSingle, ""},
}

// backprop is the network's loss with a backward pass written out, into which a
// fault can be planted; the losses come from package numeric.
type backprop struct {
	spec  gradtwin.Spec
	n     *numeric.Network
	batch gradtwin.Batch
	fault string
	kinks int // hidden inputs that were exactly 0 in the last Gradient
}

func (f *backprop) Layout() gradtwin.Layout { return f.n.Params().Layout() }
func (f *backprop) At(i int) float64        { return f.n.Params().Flat[i] }
func (f *backprop) Set(i int, x float64)    { f.n.Params().Flat[i] = x }
func (f *backprop) Loss() (float64, error)  { return f.n.Loss(f.batch) }

// whole is a backprop with the numeric backend's engine for differences.
type whole struct{ *backprop }

func (f whole) Differences(ctx context.Context, dst []float64, from int, h float64) error {
	return f.n.Differences(ctx, dst, from, f.batch, h)
}

// round is what the pass does to everything it stores.
func (f *backprop) round(x float64) float64 {
	if f.fault == faultSingle {
		return float64(float32(x))
	}
	return x
}

// slope is the activation's derivative where its output is a.
func (f *backprop) slope(a float64) float64 {
	switch f.spec.Activation {
	case gradtwin.Sigmoid:
		return a * (1 - a)
	case gradtwin.Tanh:
		return 1 - a*a
	}
	if a > 0 {
		return 1
	}
	return 0
}

func (f *backprop) activate(z float64) float64 {
	switch f.spec.Activation {
	case gradtwin.Sigmoid:
		return 1 / (1 + math.Exp(-z))
	case gradtwin.Tanh:
		return math.Tanh(z)
	}
	return math.Max(z, 0)
}

// forward returns the outputs of every layer for one row, the input first and
// the softmax's probabilities last.
func (f *backprop) forward(x []float64) [][]float64 {
	p, last := f.n.Params(), f.spec.Affine()-1
	a := [][]float64{x}
	for l := range f.spec.Affine() {
		z := slices.Clone(p.B(l))
		for i, v := range a[l] {
			if v == 0 {
				continue
			}
			for j, w := range p.W(l)[i*len(z) : (i+1)*len(z)] {
				z[j] += v * w
			}
		}
		for j := range z {
			if l < last {
				if z[j] == 0 {
					f.kinks++
				}
				z[j] = f.round(f.activate(z[j]))
			}
		}
		a = append(a, z)
	}
	y, sum := a[last+1], 0.0
	most := slices.Max(y)
	for j := range y {
		y[j] = math.Exp(y[j] - most)
		sum += y[j]
	}
	for j := range y {
		y[j] = f.round(y[j] / sum)
	}
	return a
}

// Gradient writes the backward pass:
//
//	∂L/∂z_j = y_t/(y_t+δ)·(y_j − [j = t])/B
//
// at the softmax's input, for a row with label t, and the chain rule below it.
func (f *backprop) Gradient(dst []float64) error {
	g := f.n.Params().Clone()
	clear(g.Flat)
	f.kinks = 0
	in, rows := f.spec.Inputs(), f.batch.Len()
	for r, label := range f.batch.Labels {
		if f.fault == faultRow && r == rows-1 {
			continue
		}
		a := f.forward(f.batch.X[r*in : (r+1)*in])
		y := a[f.spec.Affine()]
		scale := y[label] / (y[label] + f.spec.Delta) / float64(rows)
		if f.fault == faultShortcut {
			scale = 1 / float64(rows)
		}
		delta := make([]float64, len(y))
		for j := range y {
			delta[j] = y[j]
			if j == label {
				delta[j]--
			}
			delta[j] = f.round(delta[j] * scale)
		}
		for l := f.spec.Affine() - 1; l >= 0; l-- {
			delta = f.layer(g, l, r, a[l], delta)
		}
	}
	f.spoil(g)
	for i, v := range g.Flat {
		dst[i] = f.round(v)
	}
	return nil
}

// layer adds one row's part of layer l's gradient and returns the derivative
// by the inputs of the layer below.
func (f *backprop) layer(g *gradtwin.Params, l, row int, a, delta []float64) []float64 {
	n := len(delta)
	for j, d := range delta {
		if f.fault != faultBias || l > 0 || row == 0 {
			g.B(l)[j] += d
		}
	}
	below := make([]float64, len(a))
	w := f.n.Params().W(l)
	for i, v := range a {
		if v != 0 {
			for j, d := range delta {
				g.W(l)[i*n+j] = f.round(g.W(l)[i*n+j] + v*d)
			}
		}
		if l == 0 {
			continue
		}
		for j, d := range delta {
			below[i] += w[i*n+j] * d
		}
		if f.fault != faultMask || l != 1 {
			below[i] *= f.slope(v)
		}
		below[i] = f.round(below[i])
	}
	return below
}

// spoil plants the faults that happen to a finished gradient.
func (f *backprop) spoil(g *gradtwin.Params) {
	switch f.fault {
	case faultSign:
		g.Flat[f.middle(g.W(0))] *= -1
	case faultFactor:
		times(g.W(0), 1.0005)
	case faultBatch:
		times(g.Flat, 1/float64(f.batch.Len()))
	case faultTransposed:
		l := f.spec.Affine() - 1
		w, n, m := g.W(l), f.spec.Layers[l], f.spec.Layers[l+1]
		old := slices.Clone(w)
		for i := range n {
			for j := range m {
				w[j*n+i] = old[i*m+j]
			}
		}
	case faultTwice:
		times(g.Flat, 2)
	case faultSwapped:
		if l := f.twins(); l > 0 {
			a, b := g.W(l), g.W(l+1)
			for i := range a {
				a[i], b[i] = b[i], a[i]
			}
			break
		}
		// No two of one size: the first bias is written before its weights.
		n := len(g.W(0)) + len(g.B(0))
		copy(g.Flat[:n], append(slices.Clone(g.B(0)), g.W(0)...))
	case faultZero:
		clear(g.Flat)
	}
}

// middle returns the place of the median of the sizes above a thousandth of
// the largest: neither the easiest element nor one that is nearly zero.
func (f *backprop) middle(w []float64) int {
	var index []int
	most := 0.0
	for _, v := range w {
		most = math.Max(most, math.Abs(v))
	}
	for i, v := range w {
		if math.Abs(v) > most/1000 {
			index = append(index, i)
		}
	}
	slices.SortFunc(index, func(i, j int) int {
		return int(math.Copysign(1, math.Abs(w[i])-math.Abs(w[j])))
	})
	return index[len(index)/2]
}

// twins returns the first of two hidden layers of one shape, 0 if there are
// none.
func (f *backprop) twins() int {
	for l := 1; l+1 < f.spec.Affine(); l++ {
		if f.spec.Layers[l] == f.spec.Layers[l+1] && f.spec.Layers[l+1] == f.spec.Layers[l+2] {
			return l
		}
	}
	return 0
}

// studied is a network of the study at one point.
type studied struct {
	Name  string         `json:"name"`
	Steps int            `json:"steps"`
	Spec  gradtwin.Spec  `json:"spec"`
	Batch gradtwin.Batch `json:"batch"`
	W     []float64      `json:"w"`
	// Visible holds the faults that are above the measured noise here.
	Visible []string `json:"visible"`
}

// studyRows is no power of two, so that a factor 1/B is none.
const studyRows = 7

// study returns the networks of the detection study: at the start and after
// some steps of gradient descent.
func study(t *testing.T, large bool) []studied {
	t.Helper()
	specs := []gradtwin.Spec{
		{Layers: []int{6, 5, 4, 3}, Activation: gradtwin.ReLU, Delta: 1e-7},
		{Layers: []int{6, 5, 4, 3}, Activation: gradtwin.Sigmoid, Delta: 1e-7},
		{Layers: []int{6, 5, 4, 3}, Activation: gradtwin.Tanh, Delta: 1e-3},
		{Layers: []int{6, 3}, Activation: gradtwin.ReLU, Delta: 1e-3},
		{Layers: []int{6, 5, 5, 5, 4, 3}, Activation: gradtwin.ReLU, Delta: 1e-5},
	}
	names := []string{"6-5-4-3 ReLU", "6-5-4-3 sigmoid", "6-5-4-3 tanh", "6-3", "6-5-5-5-4-3 ReLU", "784-50-100-10 ReLU"}
	if large {
		specs = append(specs, gradtwin.Experiment())
	}
	var all []studied
	for k, spec := range specs {
		n, err := numeric.New(spec, numeric.Options{})
		if err != nil {
			t.Fatal(err)
		}
		p := n.Params()
		p.Init(gradtwin.NewRand(uint32(k+1)), gradtwin.Init{})
		batch := twintest.Digits(spec, studyRows, uint64(k+1))
		if spec.Inputs() < 100 {
			// A small network with the experiment's small weights has next to no
			// gradient below its last layer.
			times(p.Flat, 7)
			r := rand.New(rand.NewPCG(uint64(k), 9))
			for i := range batch.X {
				batch.X[i] = r.NormFloat64()
			}
		}
		far := 20000 // the gradient is next to nothing there
		if spec.NumParams() > 1000 {
			far = 2000
		}
		done, f := 0, &backprop{spec: spec, n: n, batch: batch}
		for _, steps := range []int{0, 200, far} {
			f.train(t, steps-done)
			done = steps
			all = append(all, studied{Name: names[k], Steps: steps, Spec: spec, Batch: batch, W: slices.Clone(p.Flat)})
		}
	}
	return all
}

// train takes steps of gradient descent.
func (f *backprop) train(t *testing.T, steps int) {
	t.Helper()
	w := f.n.Params().Flat
	g := make([]float64, len(w))
	for range steps {
		if err := f.Gradient(g); err != nil {
			t.Fatal(err)
		}
		for i := range w {
			w[i] -= 0.1 * g[i]
		}
	}
}

// function returns the network with a fault.
func (s studied) function(t *testing.T, name string) *backprop {
	t.Helper()
	n, err := numeric.New(s.Spec, numeric.Options{})
	if err != nil {
		t.Fatal(err)
	}
	copy(n.Params().Flat, s.W)
	return &backprop{spec: s.Spec, n: n, batch: s.Batch, fault: name}
}

// checkable is the function with the engine where two calls for each element
// would take long.
func (f *backprop) checkable() compare.Function {
	if f.spec.NumParams() > 1000 {
		return whole{f}
	}
	return f
}

func times(x []float64, by float64) {
	for i := range x {
		x[i] *= by
	}
}
