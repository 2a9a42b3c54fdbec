package twin

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gradtwin"
)

// fakeData has rows whose only input is the row's number.
type fakeData int

func (d fakeData) Len() int { return int(d) }

func (d fakeData) Batch(dst *gradtwin.Batch, rows []int) {
	*dst = gradtwin.Batch{Rows: slices.Clone(rows)}
	for _, r := range rows {
		dst.X = append(dst.X, float64(r))
		dst.Labels = append(dst.Labels, r%2)
	}
}

// fakeBackend has a loss that is easily reckoned: the sum of the weights plus
// slope for each step taken. It records the batches it saw.
type fakeBackend struct {
	name   string
	params *gradtwin.Params
	slope  float64
	seen   [][]int
	steps  int
	order  *[]string
	fail   int // the step that returns NaN; 0 for none
	spread float64
}

func newFake(name string, s gradtwin.Spec) *fakeBackend {
	return &fakeBackend{name: name, params: gradtwin.NewParams(s)}
}

func (f *fakeBackend) Name() string                           { return f.name }
func (f *fakeBackend) Params() *gradtwin.Params               { return f.params }
func (f *fakeBackend) Loss(b gradtwin.Batch) (float64, error) { return f.slope, nil }
func (f *fakeBackend) Predict(dst []int, x []float64) error   { clear(dst); return nil }
func (f *fakeBackend) Gradient(_ context.Context, dst []float64, _ gradtwin.Batch) error {
	return nil
}

func (f *fakeBackend) Step(ctx context.Context, b gradtwin.Batch, lr float64) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	f.steps++
	f.seen = append(f.seen, slices.Clone(b.Rows))
	if f.order != nil {
		*f.order = append(*f.order, f.name)
	}
	for i := range f.params.Flat {
		f.params.Flat[i] = f.spread
	}
	if f.steps == f.fail {
		return math.NaN(), nil
	}
	return f.slope * float64(f.steps), nil
}

// begin returns a run's sampler, with the rows of a fakeData to draw from.
func begin(t *testing.T, c Config, rows int) *Sampler {
	t.Helper()
	_, sampler, err := Begin(c, fakeData(rows))
	if err != nil {
		t.Fatal(err)
	}
	return sampler
}

var tinySpec = gradtwin.Spec{Layers: []int{1, 2}}

// The rows that NumPy draws, from the published experiment.
func TestFeedExperiment(t *testing.T) {
	for _, tt := range []struct {
		policy Policy
		want   []int
	}{
		{SGD, []int{44823, 20369, 57261, 25699, 1549, 51814, 24858, 46478, 54964, 21230}},
		{Fixed, []int{4547, 25940, 18417, 59753, 34949, 10376, 39763, 5480, 11967, 2096}},
	} {
		c := Experiment()
		c.Policy = tt.policy
		_, sampler, err := Begin(c, fakeData(60000))
		if err != nil {
			t.Fatal(err)
		}
		first := sampler.Next()
		if d := cmp.Diff(tt.want, first.Rows); d != "" {
			t.Errorf("%v: first batch (-want +got):\n%s", tt.policy, d)
		}
		again := slices.Equal(sampler.Next().Rows, tt.want)
		if again != (tt.policy == Fixed) {
			t.Errorf("%v: the second batch is the first: %v", tt.policy, again)
		}
	}
}

func TestFeedInner(t *testing.T) {
	c := Config{Spec: tinySpec, Seed: 3, Policy: SGD, Batch: 4, Steps: 7, Inner: 3, LR: 1}
	b := newFake("a", tinySpec)
	if err := Train(context.Background(), b, begin(t, c, 1000), func(Step) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if len(b.seen) != 7 {
		t.Fatalf("%d steps, want 7", len(b.seen))
	}
	for n, rows := range b.seen {
		if same := slices.Equal(rows, b.seen[n/3*3]); !same {
			t.Errorf("step %d: a new batch inside the inner steps", n+1)
		}
		if n >= 3 && slices.Equal(rows, b.seen[n-3]) {
			t.Errorf("step %d: the batch of the draw before", n+1)
		}
	}
}

func TestConfigValidate(t *testing.T) {
	good := Experiment()
	if err := good.Validate(60000); err != nil {
		t.Fatalf("the experiment: %v", err)
	}
	for want, change := range map[string]func(*Config){
		"batch 0":                      func(c *Config) { c.Batch = 0 },
		"batch 60001: want 1 to 60000": func(c *Config) { c.Batch = 60001 },
		"steps 0":                      func(c *Config) { c.Steps = 0 },
		"inner -1":                     func(c *Config) { c.Inner = -1 },
		"learning rate -0.1":           func(c *Config) { c.LR = -0.1 },
		"learning rate NaN":            func(c *Config) { c.LR = math.NaN() },
		"learning rate +Inf":           func(c *Config) { c.LR = math.Inf(1) },
		"policy Policy(9)":             func(c *Config) { c.Policy = 9 },
		"layers [784]":                 func(c *Config) { c.Spec.Layers = []int{784} },
	} {
		c := good
		change(&c)
		if err := c.Validate(60000); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestTwinRun(t *testing.T) {
	var order []string
	a, b := newFake("symbolic", tinySpec), newFake("numeric", tinySpec)
	a.slope, b.slope = 1, 2
	a.spread, b.spread = 3, 4 // every weight: the drift is |3−4|/4
	a.order, b.order = &order, &order
	c := Config{Spec: tinySpec, Seed: 3, Policy: SGD, Batch: 4, Steps: 5, Inner: 1, LR: 1}
	calls := 0
	trace, err := Backends{Symbolic: a, Numeric: b}.Run(context.Background(), begin(t, c, 1000), Options{
		Test: fakeData(300), Every: 2,
		Each: func(s, n Step) error { calls++; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a.seen, b.seen); d != "" {
		t.Errorf("the two backends saw different batches:\n%s", d)
	}
	want := &Trace{
		Config:   c,
		Symbolic: Series{Backend: "symbolic", Loss: []float64{1, 2, 3, 4, 5}, Accuracy: []float64{0.5, 0.5, 0.5, 0.5}},
		Numeric:  Series{Backend: "numeric", Loss: []float64{2, 4, 6, 8, 10}, Accuracy: []float64{0.5, 0.5, 0.5, 0.5}},
		Drift:    []float64{0.25, 0.25, 0.25, 0.25, 0.25},
		// The last step is evaluated though 2 does not divide it.
		Evaluated: []int{0, 2, 4, 5},
	}
	got := *trace
	got.Symbolic.Seconds, got.Numeric.Seconds = nil, nil
	if d := cmp.Diff(want, &got); d != "" {
		t.Errorf("trace (-want +got):\n%s", d)
	}
	if calls != 5 || len(trace.Symbolic.Seconds) != 5 || len(trace.Numeric.Seconds) != 5 {
		t.Errorf("%d calls, %d and %d times, want 5 each", calls, len(trace.Symbolic.Seconds),
			len(trace.Numeric.Seconds))
	}
	if gap, step := trace.LossGap(); gap != 0.5 || step != 1 {
		t.Errorf("loss gap %v at step %d, want 0.5 at 1", gap, step)
	}
	if d := cmp.Diff([]string{"symbolic", "numeric", "numeric", "symbolic"}, order[:4]); d != "" {
		t.Errorf("order of the first two steps (-want +got):\n%s", d)
	}
}

func TestTwinRunEnds(t *testing.T) {
	c := Config{Spec: tinySpec, Seed: 3, Policy: SGD, Batch: 4, Steps: 5, Inner: 1, LR: 7}
	ctx, cancel := context.WithCancel(context.Background())
	stop := errors.New("stop")
	for _, tt := range []struct {
		name  string
		ctx   context.Context
		fail  int
		each  func(Step, Step) error
		is    error
		steps int
	}{
		{name: "cancelled", ctx: ctx, each: func(s, _ Step) error {
			if s.Step == 2 {
				cancel()
			}
			return nil
		}, is: context.Canceled, steps: 2},
		{name: "stopped by the caller", each: func(s, _ Step) error { return stop }, is: stop, steps: 1},
		{name: "diverged", fail: 4, steps: 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.ctx == nil {
				tt.ctx = context.Background()
			}
			a, b := newFake("symbolic", tinySpec), newFake("numeric", tinySpec)
			b.fail = tt.fail
			sampler := begin(t, c, 10)
			trace, err := Backends{a, b}.Run(tt.ctx, sampler, Options{Each: tt.each})
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v, want %v", err, tt.is)
			}
			if tt.fail > 0 {
				var d *NonFiniteStepError
				if !errors.As(err, &d) || d.Step != tt.fail || d.Backend != "numeric" || d.LR != 7 {
					t.Errorf("error %v, want that numeric diverged at step %d", err, tt.fail)
				}
			}
			if len(trace.Drift) != tt.steps || len(trace.Symbolic.Loss) != tt.steps ||
				len(trace.Numeric.Loss) != tt.steps {
				t.Errorf("trace of %d steps, want the %d that were finished", len(trace.Drift), tt.steps)
			}
			if sampler.Done() != tt.steps {
				t.Errorf("the sampler is at step %d, want %d", sampler.Done(), tt.steps)
			}
		})
	}
}

// A step that only one backend finished is taken back, and so is its batch: the
// run can go on as if it had not been begun.
func TestTwinRunUndo(t *testing.T) {
	c := Config{Spec: tinySpec, Seed: 3, Policy: SGD, Batch: 4, Steps: 9, Inner: 1, LR: 1}
	whole := newFake("symbolic", tinySpec)
	if err := Train(context.Background(), whole, begin(t, c, 1000), func(Step) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for fail := 1; fail <= c.Steps; fail++ {
		a, b := newFake("symbolic", tinySpec), newFake("numeric", tinySpec)
		a.spread, b.spread = 1, 2
		b.fail = fail
		sampler := begin(t, c, 1000)
		trace, err := Backends{a, b}.Run(context.Background(), sampler, Options{})
		if err == nil {
			t.Fatal("no error")
		}
		want := []float64{1, 2}
		if fail == 1 {
			want = []float64{0, 0}
		}
		if got := []float64{a.params.Flat[0], b.params.Flat[0]}; !slices.Equal(got, want) {
			t.Errorf("failed at step %d: parameters %v, want those of the step before, %v", fail, got, want)
		}
		b.fail = 0
		if _, err := (Backends{a, b}).Run(context.Background(), sampler, Options{Trace: trace}); err != nil {
			t.Fatal(err)
		}
		// The failed step's batch was seen twice by b, and by a when it went first.
		if d := cmp.Diff(whole.seen, slices.CompactFunc(b.seen, slices.Equal[[]int])); d != "" {
			t.Errorf("failed at step %d: batches (-want +got):\n%s", fail, d)
		}
		if len(trace.Drift) != c.Steps {
			t.Errorf("failed at step %d: a record of %d steps, want %d", fail, len(trace.Drift), c.Steps)
		}
	}
}

// A sampler that is resumed anywhere draws what the whole run draws.
func TestResume(t *testing.T) {
	for _, c := range []Config{
		{Spec: tinySpec, Seed: 3, Policy: SGD, Batch: 4, Steps: 12, Inner: 1, LR: 1},
		{Spec: tinySpec, Seed: 3, Policy: SGD, Batch: 4, Steps: 12, Inner: 5, LR: 1},
		{Spec: tinySpec, Seed: 3, Policy: Fixed, Batch: 4, Steps: 12, Inner: 1, LR: 1},
	} {
		var want [][]int
		var states []State
		for sampler := begin(t, c, 1000); ; {
			s, err := sampler.State()
			if err != nil {
				t.Fatal(err)
			}
			states = append(states, s)
			if sampler.Done() == c.Steps {
				break
			}
			want = append(want, slices.Clone(sampler.Next().Rows))
		}
		for n, s := range states {
			sampler, err := Resume(c, fakeData(1000), s)
			if err != nil {
				t.Fatal(err)
			}
			var got [][]int
			for sampler.Done() < c.Steps {
				got = append(got, slices.Clone(sampler.Next().Rows))
			}
			if d := cmp.Diff(want[n:], got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("%v, inner %d, resumed after step %d (-want +got):\n%s", c.Policy, c.Inner, n, d)
			}
		}
	}
}

func TestResumeRefuses(t *testing.T) {
	c := Config{Spec: tinySpec, Seed: 3, Policy: SGD, Batch: 2, Steps: 5, Inner: 1, LR: 1}
	sampler := begin(t, c, 10)
	sampler.Next()
	good, err := sampler.State()
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*State){
		"step 6 of a run of 5":        func(s *State) { s.Step = 6 },
		"step -1 of a run":            func(s *State) { s.Step = -1 },
		"batch of 1 rows at step 1":   func(s *State) { s.Rows = s.Rows[:1] },
		"row 10 of a data set of 10":  func(s *State) { s.Rows = []int{1, 10} },
		"row -1 of a data set of 10":  func(s *State) { s.Rows = []int{-1, 1} },
		"generator state of 0 bytes:": func(s *State) { s.Rand = nil },
	} {
		s := good
		change(&s)
		if _, err := Resume(c, fakeData(10), s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestNonFiniteParameter(t *testing.T) {
	b := newFake("a", tinySpec)
	b.spread = math.Inf(1)
	err := Train(context.Background(), b, begin(t, Config{Spec: tinySpec, Batch: 1, Steps: 1, Inner: 1, LR: 7}, 10),
		func(Step) error { return nil })
	var d *NonFiniteStepError
	if !errors.As(err, &d) || d.What != "parameter" || d.Element != "W1[0,0]" || !math.IsInf(d.Value, 1) {
		t.Errorf("error %v, want that W1[0,0] is +Inf", err)
	}
	if b.params.Flat[0] != 0 {
		t.Errorf("parameters %v, want those before the step", b.params.Flat)
	}
}

// The distance of parameters whose squares overflow is that of smaller ones,
// and what cannot be told is the largest number: JSON has no infinity.
func TestRelativeDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b []float64
		want float64
	}{
		{[]float64{1, 1}, []float64{1, 1}, 0},
		{[]float64{0, 0}, []float64{0, 0}, 0},
		{[]float64{3, 8}, []float64{3, 4}, 0.8},
		{[]float64{3e200, 8e200}, []float64{3e200, 4e200}, 0.8},
		{[]float64{1, 1}, []float64{0, 0}, math.MaxFloat64},
		{[]float64{-1.7e308, 1}, []float64{1.7e308, 1}, math.MaxFloat64},
	} {
		// Within a few roundings.
		if got := relativeDistance(tt.a, tt.b); math.Abs(got-tt.want) > 1e-15*tt.want {
			t.Errorf("%v from %v: %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestDifferences(t *testing.T) {
	layout := gradtwin.Layout{{Name: "W", Shape: []int{2, 2}}, {Name: "b", Shape: []int{1}}}
	got := Differences(layout, []float64{1, 2, -4, 0, 5}, []float64{1, 2.5, 4, 0, 5})
	want := []Difference{
		{
			Tensor: layout[0], MaxAbs: 8, MeanAbs: 8.5 / 4, MaxRel: 2, MeanRel: 2.2 / 4,
			Worst: "W[1,0]", Symbolic: -4, Numeric: 4,
		},
		{Tensor: layout[1], Worst: "b[0]", Symbolic: 5, Numeric: 5},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	nan := Differences(layout, []float64{1, math.NaN(), 9, 9, 5}, []float64{1, 1, 1, 1, 1})[0]
	if nan.Worst != "W[0,1]" || !math.IsNaN(nan.MaxAbs) || !math.IsNaN(nan.MaxRel) {
		t.Errorf("a NaN is not the worst difference: %+v", nan)
	}
}
