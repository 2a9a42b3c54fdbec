package words

import (
	"math"
	"testing"
)

func TestAbove(t *testing.T) {
	for v, want := range map[float64]string{2.31e-8: "2.4·10⁻⁸", 2.3e-8: "2.3·10⁻⁸", 9.91e-5: "10⁻⁴", 1: "1",
		0.0101: "0.011", 1.7e308: "1.7·10³⁰⁸"} {
		if got := Above(v); got != want {
			t.Errorf("%g: %s, want %s", v, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1", -0.25: "−0.25", 1234.5: "1,234.5", 100000: "100,000", 0.1 + 0.2: "0.3",
		1e-7: "10⁻⁷", 2.5e-7: "2.5·10⁻⁷", -1e-12: "−10⁻¹²", 1e6: "10⁶", -3e9: "−3·10⁹",
	} {
		if got := Number(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}

func TestInt(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 45360: "45,360", 1234567: "1,234,567",
		-1234: "-1,234", -999: "-999"} {
		if got := Int(n); got != want {
			t.Errorf("Int(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestShape(t *testing.T) {
	for _, tt := range []struct {
		shape []int
		want  string
	}{{nil, "()"}, {[]int{}, "()"}, {[]int{3}, "3"}, {[]int{784, 50}, "784×50"}, {[]int{1, 2, 3}, "1×2×3"}} {
		if got := Shape(tt.shape); got != tt.want {
			t.Errorf("Shape(%v) = %q, want %q", tt.shape, got, tt.want)
		}
	}
}

func TestSeconds(t *testing.T) {
	for seconds, want := range map[float64]string{
		0.0000213: "21.3 µs", 0.0082: "8.2 ms", 9.1: "9.1 s", 75: "1m15s", 9000: "2h30m", 1e300: "centuries", math.Inf(1): "centuries",
	} {
		if got := Seconds(seconds); got != want {
			t.Errorf("Seconds(%v) = %q, want %q", seconds, got, want)
		}
	}
}
