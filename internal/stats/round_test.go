package stats

import "testing"

func TestRoundUp(t *testing.T) {
	for _, tt := range []struct {
		x      float64
		digits int
		want   float64
	}{{2e-8, 1, 2e-8}, {2.04e-8, 1, 3e-8}, {2.96e-8, 1, 3e-8}, {9.1e-3, 1, 1e-2}, {2.31e-8, 2, 2.4e-8}, {9.91e-5, 2, 1e-4},
		{0.0101, 2, 0.011}, {7, 2, 7}} {
		if got := RoundUp(tt.x, tt.digits); got != tt.want {
			t.Errorf("RoundUp(%g, %d) = %g, want %g", tt.x, tt.digits, got, tt.want)
		}
	}
}
