package compare

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

// logAnd is Σ ln(x) + c·x₀³, whose gradient is wrong by a third of the last term.
func logAnd(c float64, x ...float64) (Function, []float64) {
	f := func(v []float64) float64 {
		sum := c * v[0] * v[0] * v[0]
		for _, e := range v {
			sum += math.Log(e)
		}
		return sum
	}
	grad := func(g, v []float64) {
		for i, e := range v {
			g[i] = 1 / e
		}
		g[0] += 2 * c * v[0] * v[0]
	}
	return Of(f, grad, x), x
}

// Several points judge what one judges, and say what each found.
func TestPoints(t *testing.T) {
	for _, c := range []struct {
		cubic float64
		want  Result
	}{{0, Passed}, {1, Failed}} {
		f, x := logAnd(c.cubic, 1, 2, 3, 4)
		before := [4]float64(x)
		calls, one := 0, 0
		r, err := Check(t.Context(), f, Options{Points: 5, Each: func(Element) { calls++ }})
		if err != nil {
			t.Fatal(err)
		}
		alone, err := Check(t.Context(), f, Options{Each: func(Element) { one++ }})
		if err != nil {
			t.Fatal(err)
		}
		if r.Result() != c.want || len(r.Points) != 5 || !strings.Contains(r.Replay, "Points: 5") {
			t.Errorf("%v: want %q at 5 points", r, c.want)
		}
		for n, p := range r.Points {
			if p.Result != c.want || p.Counts.Sum() != 4 || (p.Move == 0) != (n == 0) || p.Shown != (n == 0) {
				t.Errorf("point %d: %+v", n+1, p)
			}
		}
		if calls != one || r.Calls < 5*alone.Calls/2 {
			t.Errorf("%d elements handed out and %d calls: want %d, and some times %d", calls, r.Calls, one, alone.Calls)
		}
		if [4]float64(x) != before {
			t.Errorf("x is %v after the check: want %v", x, before)
		}
	}
}

// A fault that shows elsewhere only is found there, and the report is of that point.
func TestPointsFindWhatOneMisses(t *testing.T) {
	largest := func(v []float64, n int) int {
		at := 0
		for i := range n {
			if v[i] > v[at] {
				at = i
			}
		}
		return at
	}
	x := []float64{1, 2, 9, 4}
	f := Of(func(v []float64) float64 { return v[largest(v, 4)] }, func(g, v []float64) {
		clear(g)
		g[largest(v, 3)] = 1 // it forgets the last
	}, x)
	Assert(t, f)
	r, err := Check(t.Context(), f, Options{Points: 8})
	if err != nil {
		t.Fatal(err)
	}
	if r.OK() || r.Points[0].Result != Passed || r.Points[0].Shown {
		t.Errorf("%v", r)
	}
	if text := r.String(); !strings.Contains(text, "points: ok at 1") || !strings.Contains(text, "this is ") {
		t.Errorf("the text says nothing of points:\n%s", text)
	}
}

// fickle is a function that does something from the n-th call of its loss on.
type fickle struct {
	Function
	calls, from int
	do          func() (float64, error)
}

func (f *fickle) Loss() (float64, error) {
	if f.calls++; f.calls > f.from {
		return f.do()
	}
	return f.Function.Loss()
}

// However a check ends, the elements are put back.
func TestPointsPutBack(t *testing.T) {
	alone, _ := logAnd(0, 1, 2, 3, 4)
	r, err := Check(t.Context(), alone, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		do   func() (float64, error)
		want string // of the error, empty without one
	}{
		"not finite beside the point": {func() (float64, error) { return math.NaN(), nil }, ""},
		"an error":                    {func() (float64, error) { return 0, broken }, ""},
		"cancelled":                   {func() (float64, error) { cancel(); return 0, ctx.Err() }, context.Canceled.Error()},
		"a panic":                     {func() (float64, error) { panic(broken) }, broken.Error()},
	} {
		for _, later := range []int{0, 1, 5, 40} {
			inner, x := logAnd(0, 1, 2, 3, 4)
			f := &fickle{Function: inner, from: r.Calls + later, do: c.do}
			got := func() (text string) {
				defer func() {
					if v := recover(); v != nil {
						text = v.(error).Error()
					}
				}()
				r, err := Check(ctx, f, Options{Points: 4, Workers: 1})
				if err != nil {
					return err.Error()
				}
				if r.Points[1].Problem == "" && later == 0 {
					t.Errorf("%s: %+v: want a problem at point 2", name, r.Points[1])
				}
				return ""
			}()
			if !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
				t.Errorf("%s, %d calls later: error %q: want %q", name, later, got, c.want)
			}
			if [4]float64(x) != [4]float64{1, 2, 3, 4} {
				t.Errorf("%s, %d calls later: x is %v after the check", name, later, x)
			}
		}
		ctx, cancel = context.WithCancel(t.Context())
	}
	cancel()
}

// The calls are divided among the points, and shards have one point.
func TestPointsBudget(t *testing.T) {
	f, _ := logAnd(0, 1, 2, 3, 4)
	r, err := Check(t.Context(), f, Options{Points: 3, MaxCalls: 300})
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() || r.Options.MaxCalls != 300 || !strings.Contains(r.Replay, "MaxCalls: 300") {
		t.Errorf("%v", r)
	}
	if _, err := CheckShard(t.Context(), f, Options{Points: 3}, Shard{1, 2}); err == nil {
		t.Error("no error of three points in two shards")
	}
	if _, err := Check(t.Context(), f, Options{Points: -1}); err == nil {
		t.Error("no error of −1 points")
	}
}

// Where the loss is not finite at a point, one nearer is taken.
func TestPointsStayInside(t *testing.T) {
	f := Of(func(v []float64) float64 { return math.Log(1-v[0]) + math.Log(2-v[1]) },
		func(g, v []float64) { g[0], g[1] = 1/(v[0]-1), 1/(v[1]-2) }, []float64{0.8, 0.9})
	r, err := Check(t.Context(), f, Options{Points: 9})
	if err != nil {
		t.Fatal(err)
	}
	nearer := 0
	for n, p := range r.Points {
		if p.Result != Passed {
			t.Errorf("point %d: %+v", n+1, p)
		}
		if n > 0 && p.Move < firstMove {
			nearer++
		}
	}
	if nearer == 0 || nearer == 8 {
		t.Errorf("%d of 8 points are nearer: want some", nearer)
	}
}
