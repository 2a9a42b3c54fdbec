package compare

import (
	"context"
	"testing"
	"time"
)

// The estimate of the calls is near what the check then takes.
func TestEstimateCheck(t *testing.T) {
	m := newMLP([]int{60, 40, 30, 5}, false, 6, 1)
	for _, o := range []Options{
		{}, {Mode: Full}, {Mode: Sample, Samples: 300}, {Mode: Probe}, {Mode: Full, Tensors: []string{"W2"}},
		{Mode: Full, MaxCalls: 1000},
	} {
		e, err := EstimateCheck(context.Background(), m, o)
		if err != nil {
			t.Fatal(err)
		}
		r := mustCheck(t, m, o)
		if e.Mode != r.Mode || float64(e.Calls) < 0.7*float64(r.Calls) || float64(e.Calls) > 1.3*float64(r.Calls) {
			t.Errorf("%+v: estimate %+v, %d calls taken in mode %v", o, e, r.Calls, r.Mode)
		}
		if e.Seconds <= 0 || e.Whole {
			t.Errorf("%+v: estimate %+v", o, e)
		}
	}
	if e, err := EstimateCheck(context.Background(), &engine{mlp: m}, Options{Mode: Full, MaxTime: time.Nanosecond}); err != nil || !e.Whole || e.Seconds > 1e-9 {
		t.Errorf("with an engine and a nanosecond: %+v, %v", e, err)
	}
	if _, err := EstimateCheck(context.Background(), m, Options{Tensors: []string{"X"}}); err == nil {
		t.Error("no error for an unknown tensor")
	}
}
