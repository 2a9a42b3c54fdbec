package compare

import (
	"math"
	"strings"
	"testing"
)

func TestTaylor(t *testing.T) {
	smooth := newMLP([]int{12, 9, 7, 4}, false, 5, 3)
	relu := newMLP([]int{12, 9, 7, 4}, true, 5, 3)
	for _, tt := range []struct {
		name  string
		f     Function
		rate  float64 // 0 for none
		falls bool
	}{
		{"smooth", smooth, 2, true},
		{"relu", relu, 2, true},
		{"sign error", &faulty{Function: smooth, spoil: func(g []float64) { scale(g, -1) }}, 1, false},
		{"a line", one(func(x float64) float64 { return 3*x + 1 }, func(float64) float64 { return 3 }, 0.7), 0, true},
		{"a fourth power at its start", one(func(x float64) float64 { return x + x*x*x*x },
			func(float64) float64 { return 1 }, 0), 4, true},
		{"a kink", one(func(x float64) float64 { return math.Abs(x) + x/2 }, func(float64) float64 { return 0.5 }, 0), 1,
			false},
		{"the end of a domain", one(math.Log, func(x float64) float64 { return 1 / x }, 0.3), 2, true},
	} {
		r := mustCheck(t, tt.f, Options{Mode: Full, Taylor: true})
		if math.Abs(r.Taylor.Rate-tt.rate) > 0.1 || r.Taylor.Falls() != tt.falls {
			t.Errorf("%s: rate %v, falls %v, want %v, %v: %v", tt.name, r.Taylor.Rate, r.Taylor.Falls(), tt.rate, tt.falls,
				r.Taylor.Remainders)
		}
		if strings.Contains(strings.Join(r.Warnings, " "), "Taylor") == tt.falls {
			t.Errorf("%s: warnings %q", tt.name, r.Warnings)
		}
	}
	if r := mustCheck(t, smooth, Options{}); r.Taylor != nil {
		t.Error("a Taylor remainder that nobody asked for")
	}
}
