package compare

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/optimize/functions"

	"gradtwin"
)

// one makes a function of one element.
func one(f, df func(x float64) float64, x float64) *Vector {
	return Of(func(x []float64) float64 { return f(x[0]) },
		func(g, x []float64) { g[0] = df(x[0]) }, []float64{x})
}

func mustCheck(t *testing.T, f Function, o Options) *Report {
	t.Helper()
	r, err := Check(context.Background(), f, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRule(t *testing.T) {
	relu := func(x float64) float64 { return math.Max(x, 0) }
	step := func(at float64) func(x float64) float64 {
		return func(x float64) float64 {
			if x >= at {
				return 1
			}
			return 0
		}
	}
	constant := func(v float64) func(float64) float64 { return func(float64) float64 { return v } }
	for _, tt := range []struct {
		name string
		f    Function
		want Verdict
	}{
		{"line", one(func(x float64) float64 { return 3 * x }, constant(3), 0.7), OK},
		{"sine", one(math.Sin, math.Cos, 0.7), OK},
		{"sine at a large argument", one(math.Sin, math.Cos, 1e4), OK},
		{"exponential, steep", one(func(x float64) float64 { return math.Exp(50 * x) },
			func(x float64) float64 { return 50 * math.Exp(50*x) }, 0.7), OK},
		{"fast oscillation", one(func(x float64) float64 { return math.Sin(1e5 * x) },
			func(x float64) float64 { return 1e5 * math.Cos(1e5*x) }, 0.3), OK},
		{"x³ near zero", one(func(x float64) float64 { return 1 + x*x*x }, func(x float64) float64 { return 3 * x * x },
			1e-3), OK},
		{"relu before its kink", one(relu, step(0), -1e-6), Inconclusive}, // replaced below: a zero gradient
		{"relu past its kink", one(relu, step(0), 1e-7), OK},
		{"relu at its kink, 1", one(relu, step(0), 0), Kink},
		{"relu at its kink, a half", one(relu, constant(0.5), 0), OK},
		{"relu at its kink, no subgradient", one(relu, constant(1.01), 0), Wrong},
		{"relu at its kink, negative", one(relu, constant(-0.01), 0), Wrong},
		{"abs at its kink, -1", one(math.Abs, constant(-1), 0), Kink},
		{"abs near its kink", one(math.Abs, constant(1), 1e-11), OK},
		{"abs near its kink, wrong sign", one(math.Abs, constant(-1), 1e-9), Wrong},
		{"max of two at a tie", one(func(x float64) float64 { return math.Max(2*x, x*x) }, constant(4), 2), Kink},
		{"sign", one(math.Sin, func(x float64) float64 { return -math.Cos(x) }, 0.7), Wrong},
		{"factor 1.00001", one(math.Exp, func(x float64) float64 { return 1.00001 * math.Exp(x) }, 0.7), Wrong},
		{"zero", one(func(x float64) float64 { return 1e-6 * math.Sin(x) }, constant(0), 0.7), Wrong},
		{"a jump", one(func(x float64) float64 { return math.Sin(x) + step(0.7)(x) }, math.Cos, 0.7), Inconclusive},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Check(context.Background(), tt.f, Options{})
			if tt.name == "relu before its kink" {
				var empty *EmptyError
				if !errors.As(err, &empty) {
					t.Fatalf("error %v, want an empty check", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Worst[0].Verdict; got != tt.want {
				t.Errorf("%v, want %v\n%s%+v", got, tt.want, r, r.Worst[0])
			}
			if r.OK() != (tt.want == OK || tt.want == Kink) || r.Wrong() != (tt.want == Wrong) {
				t.Errorf("OK %v for %v\n%s", r.OK(), tt.want, r)
			}
		})
	}
}

func TestGonumFunctions(t *testing.T) {
	for _, f := range []interface {
		Func(x []float64) float64
		Grad(grad, x []float64)
	}{
		functions.ExtendedRosenbrock{}, functions.ExtendedPowellSingular{}, functions.PenaltyI{}, functions.Trigonometric{},
		functions.VariablyDimensioned{}, functions.BrownBadlyScaled{}, functions.Wood{},
	} {
		n := 4
		if _, ok := f.(functions.BrownBadlyScaled); ok {
			n = 2
		}
		x := make([]float64, n)
		for i := range x {
			x[i] = 1.3 - 0.4*float64(i)
		}
		r := mustCheck(t, Of(f.Func, f.Grad, x), Options{Strict: true})
		if !r.OK() || r.Counts.OK != n || !r.Control.Caught {
			t.Errorf("%T:\n%s", f, r)
		}
	}
}

// Correct gradients of networks at the start and after training: no verdict
// may be wrong, and none inconclusive. GRADTWIN_LONG makes it 100,000 verdicts.
func TestNoFalseAlarm(t *testing.T) {
	seeds, least := uint64(2), 30_000
	switch {
	case testing.Short():
		t.Skip("-short: 30,000 verdicts")
	case os.Getenv("GRADTWIN_LONG") != "":
		seeds, least = 7, 100_000
	}
	verdicts := 0
	for _, relu := range []bool{false, true} {
		for _, steps := range []int{0, 300} {
			for seed := range seeds {
				m := newMLP([]int{60, 40, 30, 5}, relu, 6, seed).train(steps, 0.05)
				r := mustCheck(t, m, Options{Mode: Full, Strict: true})
				verdicts += r.Checked
				if !r.OK() {
					t.Errorf("relu %v, %d steps, seed %d:\n%s", relu, steps, seed, r)
				}
			}
		}
	}
	if verdicts < least {
		t.Errorf("%d verdicts, want at least %d", verdicts, least)
	}
}

func TestSinglePrecision(t *testing.T) {
	m := newMLP([]int{20, 15, 5}, true, 6, 1)
	for i, w := range m.w {
		m.w[i] = float64(float32(w))
	}
	r := mustCheck(t, single{m}, Options{Mode: Full})
	if !r.OK() || r.Counts.Unseen > 3 || r.Precision != Single || r.Noise < 1e-9 {
		t.Errorf("%v, noise %g\n%s", r.Precision, r.Noise, r)
	}
	bad := mustCheck(t, &faulty{Function: single{m}, spoil: func(g []float64) {
		g[3*15+2], g[305] = g[3*15+2]+0.01,
			-g[305]
	}}, Options{Mode: Full})
	if bad.Counts.Wrong != 2 {
		t.Errorf("%d wrong, want 2\n%s", bad.Counts.Wrong, bad)
	}
}

// Every element that was spoiled is found, and no other.
func TestFullFindsEveryFault(t *testing.T) {
	m := newMLP([]int{12, 9, 4}, true, 5, 3)
	good := make([]float64, len(m.w))
	if err := m.Gradient(good); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		f := &faulty{Function: m, spoil: func(g []float64) { g[i] += 1e-6 }}
		r := mustCheck(t, f, Options{Mode: Full})
		if r.Counts.Wrong != 1 || r.Worst[0].Flat != i || r.Worst[0].Name() != m.layout.Element(i) {
			t.Fatalf("element %d (%g) off by 1e-6:\n%s", i, good[i], r)
		}
	}
}

func TestSampleIsStratified(t *testing.T) {
	m := newMLP([]int{60, 40, 30, 5}, true, 6, 1)
	r := mustCheck(t, m, Options{Mode: Sample, Samples: 100, Seed: 4})
	if r.Checked != 100 || r.Counts.OK+r.Counts.Kink != 100 {
		t.Errorf("%d checked, want 100\n%s", r.Checked, r)
	}
	for _, tr := range r.Tensors {
		if tr.Checked < minShare {
			t.Errorf("%s: %d checked, want at least %d", tr.Tensor.Name, tr.Checked, minShare)
		}
	}
	// 2,400, 1,200 and 150 weights share what the minimum leaves.
	if w1, w2 := r.Tensors[0].Checked, r.Tensors[2].Checked; w1 < w2 || w1 > 80 {
		t.Errorf("W1 has %d and W2 %d of the sample", w1, w2)
	}
	// The largest element of a tensor is always in the sample.
	f := &faulty{Function: m, spoil: func(g []float64) {
		w2 := tensorOf(m.layout, g, "W2")
		largest := 0
		for i := range w2 {
			if math.Abs(w2[i]) > math.Abs(w2[largest]) {
				largest = i
			}
		}
		w2[largest] *= -1
	}}
	if r := mustCheck(t, f, Options{Mode: Sample, Samples: 24}); r.Counts.Wrong != 1 || r.Worst[0].Tensor != "W2" {
		t.Errorf("the largest element of W2 was not found:\n%s", r)
	}
}

func TestBudget(t *testing.T) {
	m := newMLP([]int{60, 40, 30, 5}, true, 6, 1)
	for _, calls := range []int{1, 59, 100, 500, 2001} {
		for _, spoil := range []func(g []float64){nil, func(g []float64) {
			for i := range g {
				g[i] *= -1
			}
		}} {
			f := &faulty{Function: m, spoil: spoil}
			r, err := Check(context.Background(), f, Options{Mode: Full, MaxCalls: calls})
			if calls < 100 {
				if !errors.Is(err, ErrBudget) {
					t.Errorf("%d calls: error %v, want %v", calls, err, ErrBudget)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%d calls: %v", calls, err)
			}
			if f.calls > calls || r.Calls != f.calls || spoil == nil && f.calls < calls/4 {
				t.Errorf("budget of %d calls: %d reported, %d made", calls, r.Calls, f.calls)
			}
			if r.Unchecked == "nothing" {
				t.Errorf("%d calls: nothing unchecked", calls)
			}
			if calls >= 500 && spoil != nil && r.OK() {
				t.Errorf("%d calls: a gradient of the wrong sign passes\n%s", calls, r)
			}
		}
	}
}

// A budget that ends a check leaves the negative control its calls.
func TestBudgetLeavesControl(t *testing.T) {
	for _, o := range []Options{{Mode: Full}, {Mode: Sample, Samples: 1000}} {
		for _, o.MaxCalls = range []int{150, 300, 1000, 2000} {
			f := &faulty{Function: newMLP([]int{40, 30, 12, 5}, true, 6, 1)}
			r := mustCheck(t, f, o)
			if !r.Control.Caught || f.calls > o.MaxCalls {
				t.Errorf("%v: %d calls made\n%s", o.Mode, f.calls, r)
			}
		}
	}
}

// The control finds an element that is right where the largest gradients are at
// kinks.
func TestControlBesideKinks(t *testing.T) {
	x := []float64{0, 0, 0, 0, 0, 1, 2, 3, 4, 5}
	f := Of(func(x []float64) float64 {
		sum := 0.0
		for i, v := range x {
			if i < 5 {
				v = 10 * math.Max(v, 0)
			}
			sum += v
		}
		return sum
	}, func(g, x []float64) {
		for i := range g {
			g[i] = 1
			if i < 5 {
				g[i] = 10
			}
		}
	}, x)
	if r := mustCheck(t, f, Options{Mode: Full}); r.Counts.Kink != 5 || !r.Control.Caught {
		t.Errorf("%+v\n%s", r.Counts, r)
	}
}

// Where the loss is infinite on one side, smaller steps decide, and what is
// reported is JSON.
func TestInfiniteBeside(t *testing.T) {
	f := func(slope float64) Function {
		return Of(func(x []float64) float64 {
			if x[0] > 1 {
				return math.Inf(1)
			}
			return x[0] + x[1]*x[1] + x[2]
		}, func(g, x []float64) { g[0], g[1], g[2] = slope, 2*x[1], 1 }, []float64{1 - 1e-7, 0.5, 2})
	}
	for slope, wrong := range map[float64]int{1: 0, 5: 1} {
		r := mustCheck(t, f(slope), Options{Mode: Full})
		if r.Counts.Wrong != wrong {
			t.Errorf("slope %v: %d wrong, want %d\n%s", slope, r.Counts.Wrong, wrong, r)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("slope %v: %v", slope, err)
		}
	}
}

// How a numeric value was taken is said as it was: that it is the same at a smaller step
// only where a difference there was the same.
func TestHowNumericWasTaken(t *testing.T) {
	wrong := func(g, _ []float64) { g[0] = -1 }
	for _, tt := range []struct {
		name, how, want string
		f               func(x float64) float64
	}{
		{"smooth", "repeated", "(h=1e-05, the same at a smaller step)", math.Sin},
		{"curved", "", "(h=3e-06)", func(x float64) float64 { return x + 1e6*x*x*x }},
		{"one side", "extrapolated", "(extrapolated to h=0 from h=6e-07)", func(x float64) float64 {
			if x > 0 {
				return math.Inf(1)
			}
			return x
		}},
	} {
		f := Of(func(x []float64) float64 { return tt.f(x[0]) }, wrong, []float64{0})
		r := mustCheck(t, f, Options{Mode: Full})
		if r.Counts.Wrong != 1 || r.Worst[0].How != tt.how || !strings.Contains(r.String(), tt.want) {
			t.Errorf("%s: want %q and %q\n%s", tt.name, tt.how, tt.want, r)
		}
	}
}

// The same report from any number of workers.
func TestWorkers(t *testing.T) {
	spoil := func(g []float64) {
		for i := range g {
			if i%7 == 0 {
				g[i] *= 1.5
			}
		}
	}
	var want *Report
	for _, workers := range []int{1, 2, 5} {
		m := newMLP([]int{60, 40, 30, 5}, true, 6, 1)
		f := &spoiledCloner{m, spoil}
		r := mustCheck(t, f, Options{Mode: Full, Workers: workers})
		r.Seconds, r.Options.Workers = 0, 0
		if want == nil {
			want = r
			continue
		}
		if d := cmp.Diff(want, r); d != "" {
			t.Errorf("%d workers (-1 worker +%d workers):\n%s", workers, workers, d)
		}
	}
	if want.Counts.Wrong < enoughWrong || want.Unfollowed() == 0 {
		t.Errorf("%d wrong and %d not followed\n%s", want.Counts.Wrong, want.Unfollowed(), want)
	}
}

type spoiledCloner struct {
	*mlp
	spoil func(g []float64)
}

func (s *spoiledCloner) Clone() (Function, error) {
	m, err := s.mlp.Clone()
	return &spoiledCloner{m.(*mlp), s.spoil}, err
}

func (s *spoiledCloner) Gradient(dst []float64) error {
	err := s.mlp.Gradient(dst)
	s.spoil(dst)
	return err
}

// nan is an element that is not a number.
func TestRefusals(t *testing.T) {
	quadratic := func(x []float64) float64 { return x[0]*x[0] + 3*x[1] }
	gradient := func(g, x []float64) { g[0], g[1] = 2*x[0], 3 }
	at := []float64{1, 2}
	calls := 0
	x := []float64{1, 2}
	for _, tt := range []struct {
		name string
		f    Function
		o    Options
		as   any
		want string
	}{
		{name: "no parameters", f: Of(quadratic, gradient, nil), as: ErrNoParameters, want: "no parameters"},
		{
			name: "a negative shape", as: new(*LayoutError), want: "negative dimension",
			f: Of(quadratic, gradient, at, gradtwin.Tensor{Name: "a", Shape: []int{-1, -2}}),
		},
		{
			name: "two tensors of one name", as: new(*LayoutError), want: "same name",
			f: Of(quadratic, gradient, at, gradtwin.Tensor{Name: "a"}, gradtwin.Tensor{Name: "a"}),
		},
		{name: "unknown tensor", f: Of(quadratic, gradient, at), o: Options{Tensors: []string{"y"}},
			as: new(*UnknownTensorError), want: `tensor "y": want one of x`},
		{name: "mode", f: Of(quadratic, gradient, at), o: Options{Mode: 9}, want: "check mode Mode(9)"},
		{name: "rtol", f: Of(quadratic, gradient, at), o: Options{Rtol: -1}, want: "rtol -1"},
		{name: "step", f: Of(quadratic, gradient, at), o: Options{Step: math.Inf(1)}, want: "step +Inf"},
		{name: "NaN parameter", f: Of(quadratic, gradient, []float64{1, math.NaN()}), as: new(*NonFiniteError),
			want: "the parameter x[1] is NaN"},
		{name: "infinite loss", f: Of(func(x []float64) float64 { return math.Inf(1) }, gradient, at),
			as: new(*NonFiniteError), want: "the loss is +Inf"},
		{name: "NaN gradient", f: Of(quadratic, func(g, x []float64) { g[0], g[1] = 2, math.NaN() }, at),
			as: new(*NonFiniteError), want: "gradient of x[1] is NaN"},
		{name: "gradient not written", f: Of(quadratic, func(g, x []float64) { g[0] = 2 }, at), as: new(*NonFiniteError),
			want: "gradient of x[1] is NaN, or was not written"},
		{name: "gradient added", f: Of(quadratic, func(g, x []float64) { g[0] += 2; g[1] += 3 }, at),
			as: new(*NonFiniteError), want: "gradient of x[0]"},
		{
			name: "random loss", as: new(*UnsteadyError), want: "the loss is",
			f: Of(func(x []float64) float64 { calls++; return float64(calls) }, gradient, at),
		},
		{
			name: "accumulated gradient", as: new(*UnsteadyError),
			want: "gradient of x[0] is 2 in one run and 4 in the next: twice",
			f:    Of(quadratic, func(g, _ []float64) { calls++; g[0], g[1] = 2*float64(calls), 3 }, at),
			o:    Options{Seed: 1},
		},
		{
			name: "a loss that writes", as: new(*ChangedError), want: "x[1] was 2 and is 3 after a run of the loss",
			f: Of(func(x []float64) float64 { x[1]++; return x[0] }, gradient, x),
		},
		{
			name: "a gradient that writes", as: new(*ChangedError), want: "after a run of the gradient",
			f: Of(quadratic, func(g, x []float64) { gradient(g, x); x[0] = 0 }, x),
		},
		{
			name: "a minimum", as: new(*EmptyError), want: "all 2 gradient elements are zero",
			f: Of(func(x []float64) float64 { return 7 }, func(g, x []float64) { clear(g) }, at),
		},
		{
			name: "below the noise", as: new(*EmptyError), want: "the largest of 2 gradient elements is 1e-15",
			f: Of(func(x []float64) float64 { return 7 + 1e-15*x[0] }, func(g, x []float64) { g[0], g[1] = 1e-15, 0 }, at),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls = 0
			r, err := Check(context.Background(), tt.f, tt.o)
			if err == nil {
				t.Fatalf("no error but\n%s", r)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q, want one with %q", err, tt.want)
			}
			switch as := tt.as.(type) {
			case nil:
			case error:
				if !errors.Is(err, as) {
					t.Errorf("%v is not %v", err, as)
				}
			default:
				if !errors.As(err, as) {
					t.Errorf("%T, want %T", err, as)
				}
			}
		})
	}
}

func TestFunctionErrors(t *testing.T) {
	boom := errors.New("boom")
	f := &failing{Vector: one(math.Sin, math.Cos, 0.7), after: 90, err: boom}
	if _, err := Check(context.Background(), f, Options{Mode: Full}); err != nil {
		t.Fatalf("before the failure: %v", err)
	}
	f.after, f.calls = 38, 0
	_, err := Check(context.Background(), f, Options{})
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), "loss with x[0] at 0.7") {
		t.Errorf("error %v, want boom with the element", err)
	}
	if f.At(0) != 0.7 {
		t.Errorf("x is %v after a failure, want 0.7", f.At(0))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Check(ctx, one(math.Sin, math.Cos, 0.7), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

// failing returns an error from a call of the loss on.
type failing struct {
	*Vector
	calls, after int
	err          error
}

func (f *failing) Loss() (float64, error) {
	if f.calls++; f.calls > f.after {
		return 0, f.err
	}
	return f.Vector.Loss()
}

// The loss is infinite on one side: the rule goes on to smaller steps.
func TestEdgeOfDomain(t *testing.T) {
	x := 4e-6
	f := one(math.Sqrt, func(x float64) float64 { return 0.5 / math.Sqrt(x) }, x)
	r := mustCheck(t, f, Options{Strict: true})
	if r.Counts.OK != 1 {
		t.Errorf("%s", r)
	}
}

func TestReportRenders(t *testing.T) {
	m := newMLP([]int{12, 9, 4}, true, 5, 3)
	m.layout[0].Name = "a name that is much too long for a line of a report, even for a wide one"
	f := &faulty{Function: m, spoil: func(g []float64) { g[10] *= -1; g[115] *= 2 }}
	r := mustCheck(t, f, Options{Mode: Full})
	r.Seconds = 0.25
	for _, want := range []string{
		"WRONG ", "2 elements of 157 judged, in ", "ratio 2: a gradient accumulated over two runs would give this",
		"ratio -1: a sign error",
		"\n  symbolic  ", "\n  numeric   ", "the same at a smaller step", "times the bound", "not checked: nothing",
		"replay: compare.Options{Mode: compare.Full, Seed: 0}", "was caught",
	} {
		text := r.String()
		if !strings.HasPrefix(want, "\n") {
			text = strings.Join(strings.Fields(text), " ") + " " // lines are broken to the width
		}
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, r)
		}
	}
	for l := range strings.Lines(r.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(l, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, l)
		}
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(*r, back, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("after JSON (-want +got):\n%s", d)
	}
}

// fakeT records what Assert says.
type fakeT struct{ log, failed, fatal string }

func (f *fakeT) Helper()                      {}
func (f *fakeT) Logf(s string, args ...any)   { f.log += fmt.Sprintf(s, args...) }
func (f *fakeT) Errorf(s string, args ...any) { f.failed += fmt.Sprintf(s, args...) }
func (f *fakeT) Fatalf(s string, args ...any) { f.fatal += fmt.Sprintf(s, args...) }

func TestAssert(t *testing.T) {
	Assert(t, one(math.Sin, math.Cos, 0.7))
	var good, bad, none fakeT
	Assert(&good, one(math.Sin, math.Cos, 0.7), Options{Strict: true})
	if good.failed != "" || good.fatal != "" {
		t.Errorf("a right gradient fails: %q %q", good.failed, good.fatal)
	}
	Assert(&bad, one(math.Sin, func(x float64) float64 { return -math.Cos(x) }, 0.7))
	for _, want := range []string{"WRONG  x[0]", "symbolic  -7.648422e-01", "numeric   +7.648422e-01 ±", "a sign error",
		"replay: "} {
		if !strings.Contains(bad.failed, want) {
			t.Errorf("no %q in\n%s", want, bad.failed)
		}
	}
	Assert(&none, one(math.Sin, math.Cos, math.NaN()))
	if none.failed != "" || !strings.Contains(none.fatal, "the parameter x[0] is NaN") {
		t.Errorf("fatal %q, want that the value is NaN", none.fatal)
	}
}

func TestECNoise(t *testing.T) {
	for _, tt := range []struct {
		name       string
		noise      float64
		least, top float64
	}{
		{"rounding alone", 0, 1e-17, 1e-15},
		{"1e-9", 1e-9, 2e-10, 4e-9},
		{"1e-5", 1e-5, 2e-6, 4e-5},
	} {
		f := one(func(x float64) float64 {
			// A fixed pseudo-random rounding of the value, as iterations have.
			s := math.Sin(1e15 * x)
			return math.Exp(x) + tt.noise*s*math.Sqrt2
		}, math.Exp, 0.3)
		r := mustCheck(t, f, Options{})
		if r.Noise < tt.least || r.Noise > tt.top {
			t.Errorf("%s: noise %g, want %g to %g", tt.name, r.Noise, tt.least, tt.top)
		}
		if r.Counts.OK != 1 {
			t.Errorf("%s:\n%s", tt.name, r)
		}
	}
}

// Only the named tensors are judged, and the report says that others were not.
func TestTensorsByName(t *testing.T) {
	m := newMLP([]int{12, 9, 4}, true, 5, 3)
	f := &faulty{Function: m, spoil: func(g []float64) { scale(tensorOf(m.layout, g, "W1"), -1) }}
	for _, mode := range []Mode{Full, Sample, Probe} {
		r := mustCheck(t, f, Options{Mode: mode, Tensors: []string{"b2", "W2"}})
		if !r.OK() || len(r.Tensors) != 2 || r.Tensors[0].Tensor.Name != "W2" || r.Checked > 40 {
			t.Errorf("%v: W1 was not asked for\n%s", mode, r)
		}
		if !strings.Contains(r.Unchecked, "2 of 4 tensors were left out by name") ||
			!strings.Contains(r.Replay, `Tensors: []string{"b2", "W2"}`) {
			t.Errorf("%v: unchecked %q, replay %q", mode, r.Unchecked, r.Replay)
		}
	}
	if r := mustCheck(t, f, Options{Tensors: []string{"W1"}}); r.OK() {
		t.Errorf("W1 was asked for\n%s", r)
	}
}

func TestMaxTime(t *testing.T) {
	m := newMLP([]int{12, 9, 4}, true, 5, 3)
	if _, err := Check(context.Background(), m, Options{Mode: Full, MaxTime: 1}); !errors.Is(err, ErrBudget) {
		t.Errorf("a nanosecond: error %v, want %v", err, ErrBudget)
	}
	if r := mustCheck(t, m, Options{Mode: Full, MaxTime: time.Hour}); r.Checked != 157 || r.Unchecked != "nothing" {
		t.Errorf("an hour:\n%s", r)
	}
}

func TestProgress(t *testing.T) {
	m := newMLP([]int{60, 40, 30, 5}, true, 6, 1)
	for _, tt := range []struct {
		o     Options
		total int
	}{{Options{Mode: Full}, 3825}, {Options{Mode: Sample, Samples: 200}, 200}, {Options{Mode: Probe}, 6}} {
		last := 0
		tt.o.Progress = func(done, total int) {
			if done <= last || total != tt.total {
				t.Errorf("%v: %d of %d after %d", tt.o.Mode, done, total, last)
			}
			last = done
		}
		mustCheck(t, m, tt.o)
		if last != tt.total {
			t.Errorf("%v: ended at %d of %d", tt.o.Mode, last, tt.total)
		}
	}
}
