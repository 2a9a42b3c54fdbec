package compare

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// unit is Σw² + 3·max(0, z) with z = Σw. The loss is in float64, the gradient in
// float32, with a factor on the part that comes through the unit.
type unit struct {
	*Vector
	factor float32
}

func (u *unit) Gradient(dst []float64) error {
	var z float32
	for _, w := range u.x {
		z += float32(w)
	}
	through := float32(0)
	if z > 0 {
		through = 3 * u.factor
	}
	for i, w := range u.x {
		dst[i] = float64(2*float32(w) + through)
	}
	return nil
}

// newUnit returns one that is live in float64 and dead in float32.
func newUnit(t *testing.T, factor float32) *unit {
	t.Helper()
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 5))
		w := make([]float64, 12)
		sum, single := 0.0, float32(0)
		for i := range w {
			if w[i] = r.NormFloat64(); i == len(w)-1 {
				w[i] = 3e-9 - sum
			}
			sum += w[i]
			single += float32(w[i])
		}
		if sum > 0 && single <= 0 {
			return &unit{Of(func(x []float64) float64 {
				z, squares := 0.0, 0.0
				for _, w := range x {
					z += w
					squares += w * w
				}
				return squares + 3*math.Max(0, z)
			}, nil, w), factor}
		}
	}
	t.Fatal("no weights found whose sum rounds to the other side of 0")
	return nil
}

// A unit that rounding takes to the other side of its kink makes kinks of its
// weights, not faults. Between the two slopes, or beyond them, is a fault.
func TestNearby(t *testing.T) {
	u := newUnit(t, 1)
	r := mustCheck(t, u, Options{Mode: Full})
	if r.Precision != Mixed || r.Counts.Kink != len(u.x) || !r.OK() {
		t.Errorf("%s, %+v:\n%s", r.Precision, r.Counts, r)
	}
	// The fault shows where the unit is live in both.
	for _, factor := range []float32{0.5, 1.01} {
		u := newUnit(t, factor)
		u.x[0] += 1
		if r := mustCheck(t, u, Options{Mode: Full}); r.Counts.Wrong != len(u.x) {
			t.Errorf("factor %v: %+v\n%s", factor, r.Counts, r)
		}
	}
	// And a wrong value at the kink itself.
	w := &faulty{Function: newUnit(t, 1), spoil: func(g []float64) { g[3] = float64(float32(g[3] + 1.5)) }}
	if r := mustCheck(t, w, Options{Mode: Full}); r.Counts.Wrong != 1 || r.Worst[0].Flat != 3 {
		t.Errorf("between the slopes: %+v\n%s", r.Counts, r)
	}
	// A budget of calls holds, where every element takes all steps.
	v := newUnit(t, 0.5)
	v.x[0] += 1
	for most := 60; most < 600; most += 20 {
		b := &faulty{Function: v}
		if _, err := Check(t.Context(), b, Options{Mode: Full, MaxCalls: most}); b.calls > most || err != nil && !errors.Is(err, ErrBudget) {
			t.Errorf("%d calls of %d, error %v", b.calls, most, err)
		}
	}
}
