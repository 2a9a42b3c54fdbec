package twin_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/graph"
	"gradtwin/numeric"
)

// rows is a data set of one input a row, labels 0 and 1 in turn.
type rows []float64

func (d rows) Len() int { return len(d) }

func (d rows) Batch(dst *gradtwin.Batch, drawn []int) {
	*dst = gradtwin.Batch{Rows: slices.Clone(drawn)}
	for _, r := range drawn {
		dst.X, dst.Labels = append(dst.X, d[r]), append(dst.Labels, r%2)
	}
}

// networks returns the network of both backends, and of the graph in single
// precision.
func networks(t *testing.T, s gradtwin.Spec, batch int) map[string]twin.Backend {
	t.Helper()
	double, err := graph.New(s, batch, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	single, err := graph.New(s, batch, graph.Options{Float32: true})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := numeric.New(s, numeric.Options{Engine: numeric.Plain})
	if err != nil {
		t.Fatal(err)
	}
	incremental, err := numeric.New(s, numeric.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]twin.Backend{"graph": double, "graph in float32": single, "numeric, plain": plain,
		"numeric": incremental}
}

func train(b twin.Backend, sampler *twin.Sampler) error {
	return twin.Train(context.Background(), b, sampler, func(twin.Step) error { return nil })
}

// A number that is not finite ends a run at the step where it begins, and the
// error says what it is: gradient, parameter or loss.
func TestWhereItBegins(t *testing.T) {
	spec := gradtwin.Spec{Layers: []int{1, 2, 2}, Delta: 1e-7}
	for _, tt := range []struct {
		name         string
		backends     []string
		input, lr    float64
		w1, b1, w2   []float64
		what, starts string // the element's beginning
	}{
		// The logits are equal, so the loss is ln 2; the gradient of W1 is
		// input·W2/2: beyond 1.8e308, or 3.4e38 in float32.
		{"gradient", []string{"graph", "numeric", "numeric, plain"}, 1e200, 0.1,
			[]float64{0, 0}, []float64{1, 1}, []float64{1e200, -1e200, -1e200, 1e200}, "gradient", "W1[0,0]"},
		{"gradient in float32", []string{"graph in float32"}, 1e20, 0.1,
			[]float64{0, 0}, []float64{1, 1}, []float64{1e20, -1e20, -1e20, 1e20}, "gradient", "W1[0,0]"},
		// The gradient of W2 is ±1/2, times lr: no overflow in float64 and one in
		// float32.
		{"parameter", []string{"graph in float32"}, 0, 1e39,
			[]float64{0, 0}, []float64{1, 1}, []float64{0, 0, 0, 0}, "parameter", "W"},
		// A step of 1e160 leads to logits of 1e320. The gradient of W2 is h/2, with
		// h = 2 and 4, and larger than that of W1, which is input·2·1/2.
		{"loss", []string{"graph", "numeric", "numeric, plain"}, 1, 1e160,
			[]float64{2, 4}, []float64{0, 0}, []float64{0.5, 0.5, 1, -1}, "loss", "W2[1,"},
	} {
		all := networks(t, spec, 1)
		for _, name := range tt.backends {
			b := all[name]
			p := b.Params()
			copy(p.W(0), tt.w1)
			copy(p.B(0), tt.b1)
			copy(p.W(1), tt.w2)
			before := p.Clone().Flat
			_, sampler, err := twin.Begin(twin.Config{Spec: spec, Batch: 1, Steps: 3, Inner: 1, LR: tt.lr}, rows{tt.input})
			if err != nil {
				t.Fatal(err)
			}
			var d *twin.NonFiniteStepError
			err = train(b, sampler)
			if !errors.As(err, &d) {
				t.Errorf("%s, %s: error %v, want a NonFiniteStepError", tt.name, name, err)
				continue
			}
			finite := d.Value-d.Value == 0
			if d.What != tt.what || !strings.HasPrefix(d.Element, tt.starts) || d.Element == "" ||
				finite != (tt.what == "loss") || d.Step != 1 || d.Backend != b.Name() {
				t.Errorf("%s, %s: %+v (%v), want the %s of %s… at step 1", tt.name, name, *d, err, tt.what, tt.starts)
			}
			if !slices.Equal(before, p.Flat) || sampler.Done() != 0 {
				t.Errorf("%s, %s: parameters %v and step %d after the error, want %v and 0",
					tt.name, name, p.Flat, sampler.Done(), before)
			}
		}
	}
}

// Parameters that are not finite are refused before the first step.
func TestStartNotFinite(t *testing.T) {
	spec := gradtwin.Spec{Layers: []int{1, 2, 2}}
	c := twin.Config{Spec: spec, Batch: 1, Steps: 3, Inner: 1, LR: 0.1}
	for name, b := range networks(t, spec, 1) {
		b.Params().W(1)[2] = math.Inf(-1)
		_, sampler, err := twin.Begin(c, rows{1})
		if err != nil {
			t.Fatal(err)
		}
		const want = "before step 1: the parameter W2[1,0] is -Inf"
		if err := train(b, sampler); err == nil || !strings.Contains(err.Error(), want) || sampler.Done() != 0 {
			t.Errorf("%s: error %v after %d steps, want one with %q", name, err, sampler.Done(), want)
		}
		backends := twin.Backends{Symbolic: networks(t, spec, 1)["graph"], Numeric: b}
		if _, err := backends.Run(context.Background(), sampler, twin.Options{}); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s in a twin: error %v, want one with %q", name, err, want)
		}
	}
}

// An input that is not finite is found at the step that draws it.
func TestDataNotFinite(t *testing.T) {
	spec := gradtwin.Spec{Layers: []int{1, 2}}
	data := make(rows, 20)
	data[13] = math.NaN()
	c := twin.Config{Spec: spec, Seed: 1, Batch: 2, Steps: 1000, Inner: 1, LR: 0.1}
	for name, b := range networks(t, spec, 2) {
		_, sampler, err := twin.Begin(c, data)
		if err != nil {
			t.Fatal(err)
		}
		_, again, err := twin.Begin(c, data)
		if err != nil {
			t.Fatal(err)
		}
		step := 1
		for ; !slices.Contains(again.Next().Rows, 13); step++ {
		}
		if err := train(b, sampler); err == nil || !strings.Contains(err.Error(), "(13 of the data set) is NaN") ||
			sampler.Done() != step-1 {
			t.Errorf("%s: error %v after %d steps, want one that names row 13 after %d", name, err, sampler.Done(), step-1)
		}
	}
}

func TestHighLoss(t *testing.T) {
	repeat := func(n int, loss float64) []float64 { return slices.Repeat([]float64{loss}, n) }
	spec := gradtwin.Spec{Layers: []int{1, 2}} // a uniform guess has the loss ln 2
	for _, tt := range []struct {
		name   string
		start  float64 // the bias's, which decides the loss before the first step
		losses []float64
		since  int // 0: the run did not diverge
		warned int // the step after which it is said
	}{
		{"high from the first step", 0, repeat(60, 1.4), 1, 50},
		{"all of a short run", 0, repeat(3, 1.4), 1, 0},
		{"below twice a uniform guess", 0, repeat(60, 1.38), 0, 0},
		{"comes back after 49 steps", 0, append(repeat(49, 9), 1), 0, 0},
		{"comes back after 70 steps", 0, append(repeat(70, 9), 1), 0, 50},
		{"high at the end, for 49 steps", 0, append([]float64{1}, repeat(49, 9)...), 0, 0},
		{"high at the end, for 50 steps", 0, append([]float64{1}, repeat(50, 9)...), 2, 51},
		// Label 0 with logits 0 and 5: loss 5.007.
		{"began as high", 5, repeat(60, 10), 0, 0},
		{"began high and rose", 5, repeat(60, 10.1), 1, 50},
	} {
		c := twin.Config{Spec: spec, Batch: 1, Steps: len(tt.losses), Inner: 1, LR: 0.5}
		b := biased{networks(t, spec, 1)["graph"], tt.start}
		initial, err := twin.InitialLoss(b, c, rows{0}, nil)
		if err != nil {
			t.Fatal(err)
		}
		high := twin.NewHighLoss(b.Name(), c, initial)
		warned := 0
		for i, loss := range tt.losses {
			if high.Add(twin.Step{Step: i + 1, Loss: loss}) {
				if warned > 0 {
					t.Errorf("%s: said after step %d, and again after %d", tt.name, warned, i+1)
				}
				warned = i + 1
			}
		}
		if warned != tt.warned {
			t.Errorf("%s: said after step %d, want %d", tt.name, warned, tt.warned)
		}
		err = high.Err()
		var d *twin.HighLossError
		switch {
		case tt.since == 0 && err == nil:
		case tt.since == 0 || !errors.As(err, &d):
			t.Errorf("%s: error %v", tt.name, err)
		case d.Since != tt.since || d.Loss != tt.losses[len(tt.losses)-1] || d.LR != 0.5 || d.Backend != "graph":
			t.Errorf("%s: %+v, want that it began at step %d", tt.name, *d, tt.since)
		}
	}
}

// biased is a backend whose loss is that of another initial value of the second
// class's bias.
type biased struct {
	twin.Backend
	bias float64
}

func (b biased) Loss(batch gradtwin.Batch) (float64, error) {
	b.Params().B(0)[1] = b.bias
	return b.Backend.Loss(batch)
}
