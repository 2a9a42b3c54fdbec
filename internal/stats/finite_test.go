package stats

import (
	"encoding/json"
	"math"
	"testing"
)

func TestFinite(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		x     []float64
		first int
	}{
		{nil, -1}, {[]float64{0, -1}, -1}, {[]float64{0, math.NaN()}, 1}, {[]float64{inf, -inf}, 0},
		{[]float64{1, -inf, 2}, 1}, {[]float64{math.MaxFloat64, math.MaxFloat64}, -1},
	} {
		if got := FirstNotFinite(tt.x); got != tt.first {
			t.Errorf("FirstNotFinite(%v) = %d, want %d", tt.x, got, tt.first)
		}
	}
	for x, want := range map[float64]float64{1: 1, inf: math.MaxFloat64, -inf: math.MaxFloat64, -2: -2} {
		if got := Finite(x); got != want {
			t.Errorf("Finite(%v) = %v, want %v", x, got, want)
		}
	}
	if got := Finite(math.NaN()); got != math.MaxFloat64 {
		t.Errorf("Finite(NaN) = %v", got)
	}
	if got, err := json.Marshal([]Nullable{0.1, Nullable(inf), Nullable(-inf), Nullable(math.NaN())}); err != nil ||
		string(got) != "[0.1,null,null,null]" {
		t.Errorf("Nullable numbers as JSON: %s, %v", got, err)
	}
}
