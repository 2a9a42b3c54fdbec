package compare

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"gradtwin"
)

// testEngine has full finite-difference gradients.
type testEngine struct {
	*mlp
	spoil func(d []float64)
	whole int
	loss  int
}

func (e *testEngine) Loss() (float64, error) {
	e.loss++
	return e.mlp.Loss()
}

func (e *testEngine) Differences(_ context.Context, dst []float64, from int, h float64) error {
	if len(dst) > 0 {
		e.whole++
	}
	for n := range dst {
		i, x := from+n, e.w[from+n]
		e.w[i] = x + h
		fp, _ := e.mlp.Loss()
		e.w[i] = x - h
		fm, _ := e.mlp.Loss()
		e.w[i] = x
		dst[n] = (fp - fm) / (2 * h)
	}
	if e.spoil != nil {
		all := make([]float64, len(e.w))
		copy(all[from:], dst)
		e.spoil(all)
		copy(dst, all[from:])
	}
	return nil
}

func TestDifferencer(t *testing.T) {
	e := &testEngine{mlp: newMLP([]int{60, 40, 30, 5}, true, 6, 1)}
	r := mustCheck(t, e, Options{Strict: true})
	if !r.OK() || r.Mode != Full || r.Checked != r.Total || e.whole != 1 || e.loss > 150 {
		t.Errorf("%d whole gradients, %d loss calls\n%s", e.whole, e.loss, r)
	}
}

// faultyEngine is an engine whose symbolic gradient is spoiled.
type faultyEngine struct {
	*testEngine
	spoilGradient func(g []float64)
}

func (f *faultyEngine) Gradient(dst []float64) error {
	err := f.testEngine.Gradient(dst)
	if f.spoilGradient != nil {
		f.spoilGradient(dst)
	}
	return err
}

// cheapEngine is an engine that may be asked for every step.
type cheapEngine struct{ *faultyEngine }

func (f *cheapEngine) CheapDifferences() bool { return true }

// What a cheap engine settles at smaller steps, no losses have to, and the
// verdicts are the same.
func TestCheapEngine(t *testing.T) {
	o := Options{Strict: true, Step: 3e-2}
	e := &testEngine{mlp: newMLP([]int{40, 30, 12, 5}, true, 6, 1)}
	want := mustCheck(t, e, o)
	f := &cheapEngine{&faultyEngine{&testEngine{mlp: e.mlp}, nil}}
	got := mustCheck(t, f, o)
	if !got.OK() || got.Counts != want.Counts {
		t.Errorf("verdicts %+v, with losses %+v", got.Counts, want.Counts)
	}
	if f.whole < e.whole || got.Whole != f.whole || got.Calls > want.Calls {
		t.Errorf("%d calls of the engine, %d of the loss; with losses alone %d and %d", f.whole, got.Calls, e.whole,
			want.Calls)
	}
}

// vectorEngine is a Vector with a cheap engine.
type vectorEngine struct{ *Vector }

func (v vectorEngine) Differences(_ context.Context, dst []float64, from int, h float64) error {
	for n := range dst {
		x := v.x[from+n]
		v.x[from+n] = x + h
		right := v.f(v.x)
		v.x[from+n] = x - h
		dst[n] = (right - v.f(v.x)) / (2 * h)
		v.x[from+n] = x
	}
	return nil
}

func (vectorEngine) CheapDifferences() bool { return true }

// What an engine shows of elements that the loss does not show is what losses show of
// each: that it stands still, that it has a kink or a lowest point there, or nothing.
func TestEngineAtDeadPoints(t *testing.T) {
	const n = 40
	none := func(float64) (loss, slope float64) { return 0, 0 }
	tiny := func(x float64) (loss, slope float64) { return 1e-25 * x, 1e-25 }
	for _, tt := range []struct {
		name  string
		all   func(x float64) (loss, slope float64) // of each element
		one   func(x float64) (loss, slope float64) // of one among them
		want  Verdict
		other Verdict // of that one
		most  int     // calls of the loss
	}{
		{"nothing moves the loss", none, nil, OK, OK, 120},
		{"too little moves it", tiny, nil, Unseen, Unseen, 120},
		{"a kink among them", tiny, func(x float64) (float64, float64) { return math.Abs(x), 0 }, Unseen, Kink, 1000},
		{"a lowest point among them", tiny, func(x float64) (float64, float64) { return x * x, 0 }, Unseen, Unseen, 1000},
		{"a kink far off", none,
			func(x float64) (float64, float64) { return max(0, x-0.5), 0 }, OK, Unseen, 1000},
		{"a step of zeros among tiny ones", tiny, none, Unseen, OK, 120},
		{"an even pit among zeros", none,
			func(x float64) (float64, float64) { return 1e-3 * x * x, 0 }, OK, Unseen, 1000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			part := func(i int) func(x float64) (loss, slope float64) {
				if i == n/2 && tt.one != nil {
					return tt.one
				}
				return tt.all
			}
			v := Of(func(x []float64) float64 {
				sum := 2 + math.Sin(x[n])
				for i, x := range x[:n] {
					loss, _ := part(i)(x)
					sum += loss
				}
				return sum
			}, func(g, x []float64) {
				for i, x := range x[:n] {
					_, g[i] = part(i)(x)
				}
				g[n] = math.Cos(x[n])
			}, make([]float64, n+1), gradtwin.Tensor{Name: "dead", Shape: []int{n}}, gradtwin.Tensor{Name: "b", Shape: []int{1}})
			judge := func(f Function) (verdicts []Verdict, r *Report) {
				r = mustCheck(t, f, Options{Mode: Full, Workers: 1, Each: func(e Element) { verdicts = append(verdicts, e.Verdict) }})
				return verdicts, r
			}
			want, byLosses := judge(v)
			got, r := judge(vectorEngine{v})
			if !slices.Equal(got, want) {
				t.Errorf("verdicts %v, with losses alone %v", got, want)
			}
			if got[0] != tt.want || tt.one != nil && got[n/2] != tt.other {
				t.Errorf("verdicts %v and %v, want %v and %v", got[0], got[n/2], tt.want, tt.other)
			}
			if r.Calls > tt.most || r.Calls > byLosses.Calls {
				t.Errorf("%d calls of the loss, with losses alone %d; want at most %d", r.Calls, byLosses.Calls, tt.most)
			}
		})
	}
}

// A step of Options that is far too large costs no losses: the engine takes the steps
// that follow.
func TestEngineAfterFailedStep(t *testing.T) {
	for _, step := range []float64{1, 1e-13} {
		m := newMLP([]int{40, 30, 12, 5}, true, 6, 1)
		f := &cheapEngine{&faultyEngine{&testEngine{mlp: m}, nil}}
		if r := mustCheck(t, f, Options{Strict: true, Step: step}); !r.OK() || r.Calls > 150 || f.whole > 10 {
			t.Errorf("step %g: %d gradients of the engine\n%s", step, f.whole, r)
		}
		f = &cheapEngine{&faultyEngine{&testEngine{mlp: m}, func(g []float64) { g[100] = -g[100] - 1e-3 }}}
		if r := mustCheck(t, f, Options{Step: step}); r.Counts.Wrong != 1 || r.Calls > 300 {
			t.Errorf("step %g, one element wrong:\n%s", step, r)
		}
	}
}

// What is said of the elements that were not followed is true of each: by losses all of
// them disagree, while an engine leaves some undecided.
func TestUnfollowedText(t *testing.T) {
	const wrong, kinks = 30, 10
	v := Of(func(x []float64) float64 {
		sum := 2.0
		for _, x := range x[:wrong] {
			sum += math.Sin(x)
		}
		for _, x := range x[wrong:] {
			sum += math.Abs(x) // its central differences are 0
		}
		return sum
	}, func(g, _ []float64) { clear(g) }, make([]float64, wrong+kinks))
	for _, tt := range []struct {
		f         Function
		want      string
		undecided bool // some do not disagree
	}{
		{v, "more disagree ", false},
		{vectorEngine{v}, "more disagree or are undecided ", true},
	} {
		undecided := 0
		r := mustCheck(t, tt.f, Options{Mode: Full, Each: func(e Element) {
			if e.Verdict == Inconclusive && e.Error <= e.Bound {
				undecided++
			}
		}})
		if r.Unfollowed() == 0 || undecided > 0 != tt.undecided {
			t.Errorf("%d not followed, of which %d agree: want agreeing ones: %v", r.Unfollowed(), undecided, tt.undecided)
		}
		if text := strings.Join(strings.Fields(r.String()), " "); !strings.Contains(text, tt.want) {
			t.Errorf("no %q in\n%s", tt.want, r)
		}
	}
}
