package twin

import (
	"math"
	"testing"
)

// What is beyond the bins is in the first or the last.
func TestErrorBin(t *testing.T) {
	for rel, want := range map[float64]int{1e-20: 0, 1.1e-17: 0, 3.3e-17: 1, 1.01e-16: 2, 1.01e-9: 16, 2: 34} {
		if got := errorBin(rel); got != want {
			t.Errorf("%g in bin %d, want %d", rel, got, want)
		}
	}
}

// The error of a difference is told by how it falls where the step is halved: that
// of functions whose differences are known in closed form.
func TestCauseOf(t *testing.T) {
	const noise = 1e-16
	// kink returns the error of a difference across a kink at a distance d, where the
	// slope jumps by 1.
	kink := func(d float64) func(h float64) float64 {
		return func(h float64) float64 { return max(0, (h-d)/(2*h)) }
	}
	for _, c := range []struct {
		name   string
		error  func(h float64) float64
		h      float64
		smooth bool
		want   Cause
	}{
		{"cubic", func(h float64) float64 { return h * h }, 1e-2, false, Curvature},
		{"with a term of fourth order", func(h float64) float64 { return h*h - 5*h*h*h*h }, 1e-1, false, Curvature},
		{"far beyond the first term", func(h float64) float64 { return 1 - math.Cos(9*h) }, 1, true, Curvature},
		{"kink nearby", kink(1e-5), 1e-3, false, Kink},
		{"kink just within the step", kink(0.99e-3), 1e-3, false, Kink},
		// Halving this step divides the error by 4, once.
		{"kink at 3/7 of the step", kink(3e-3 / 7), 1e-3, false, Kink},
		{"rounding", func(h float64) float64 { return noise / h }, 1e-12, false, Rounding},
		{"rounding of a smooth loss", func(h float64) float64 { return -3 * noise / h }, 1e-9, true, Rounding},
	} {
		errors := [3]float64{c.error(c.h), c.error(c.h / 2), c.error(c.h / 4)}
		if got := causeOf(errors, c.h, noise, c.smooth); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
