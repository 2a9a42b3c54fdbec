package page

import (
	"math"
	"slices"
	"testing"
)

func TestScale(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name   string
		log    bool
		values []float64
		want   scale
		ok     bool
	}{
		{"linear", false, []float64{2, -1, 5}, scale{-1, 5, false}, true},
		{"gaps", false, []float64{nan, 2, inf, 4}, scale{2, 4, false}, true},
		{"log leaves out what is not positive", true, []float64{0, -3, 1e-3, 10}, scale{1e-3, 10, true}, true},
		{"one value", false, []float64{4}, scale{2, 6, false}, true},
		{"one value on a log axis", true, []float64{4}, scale{2, 8, true}, true},
		{"zero alone", false, []float64{0}, scale{-0.5, 0.5, false}, true},
		{"what stands for no finite number", false, []float64{2, math.MaxFloat64, 4}, scale{2, 4, false}, true},
		{"nothing", false, []float64{nan}, scale{0, 1, false}, false},
		{"nothing positive", true, []float64{0}, scale{0, 1, false}, false},
	} {
		if got, ok := newScale(c.log, c.values); got != c.want || ok != c.ok {
			t.Errorf("%s: %v, %v, want %v, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

func TestScaleAt(t *testing.T) {
	for _, c := range []struct {
		s       scale
		v, want float64
	}{
		{scale{0, 10, false}, 2.5, 0.25},
		{scale{-1, 1, false}, 0, 0.5},
		{scale{1e-4, 1, true}, 1e-3, 0.25},
		{scale{1e-4, 1, true}, 0, math.NaN()},
		{scale{0, 1, false}, math.NaN(), math.NaN()},
	} {
		got := c.s.at(c.v)
		if math.IsNaN(c.want) != math.IsNaN(got) || math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v at %v: %v, want %v", c.s, c.v, got, c.want)
		}
	}
}

// The losses of a run that stands still differ by rounding: the ticks of such
// values must not be as close as they are.
func TestTicksOfRounding(t *testing.T) {
	for _, log := range []bool{false, true} {
		s, ok := newScale(log, []float64{9.67, math.Nextafter(9.67, 10)})
		if !ok {
			t.Fatal("nothing to show")
		}
		if n := len(s.ticks()); n < 2 || n > maxTicks+1 {
			t.Errorf("log %v: %d ticks on %v", log, n, s)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		s    scale
		want []string
	}{
		{scale{0, 1000, false}, []string{"0", "200", "400", "600", "800", "1,000"}},
		{scale{-0.3, 0.3, false}, []string{"−0.3", "−0.2", "−0.1", "0", "0.1", "0.2", "0.3"}},
		{scale{1e-6, 1e-3, true}, []string{"10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001"}},
		{scale{0.3, 3, true}, []string{"0.5", "1", "2"}},
		{scale{1e-14, 1e2, true}, []string{"10⁻¹⁴", "10⁻¹²", "10⁻¹⁰", "10⁻⁸", "10⁻⁶", "10⁻⁴", "0.01", "1", "100"}},
	} {
		var got []string
		for _, k := range c.s.ticks() {
			if k.At < -1e-9 || k.At > 100+1e-9 {
				t.Errorf("%v: label %s at %v %%", c.s, k.Label, k.At)
			}
			got = append(got, k.Label)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.s, got, c.want)
		}
	}
}

// Whatever the ends of an axis are, it has few ticks, and all are on it.
func TestTicksAreFew(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to float64
	}{
		{"neighbours", 1, math.Nextafter(1, 2)},
		{"neighbours far away", 1e20, math.Nextafter(1e20, 1e21)},
		{"neighbours at zero", 5e-324, 1e-323},
		{"zero and the smallest", 0, 5e-324},
		{"both ends of float64", -math.MaxFloat64, math.MaxFloat64},
		{"all of what is positive", 5e-324, math.MaxFloat64},
		{"the largest alone", math.MaxFloat64, math.MaxFloat64},
		{"the smallest alone", 5e-324, 5e-324},
		{"the ends of what is shown", -farthest, farthest},
		{"the ends of what a logarithm shows", 1 / farthest, farthest},
	} {
		for _, log := range []bool{false, true} {
			s, ok := newScale(log, []float64{c.from, c.to})
			if !ok {
				continue
			}
			for _, s := range []scale{s, s.padded()} {
				ticks := s.ticks()
				if len(ticks) > 2*maxTicks {
					t.Errorf("%s: %d ticks on %v, want %d at most", c.name, len(ticks), s, 2*maxTicks)
				}
				for _, k := range ticks {
					if !(k.At > -1e-6 && k.At < 100+1e-6) {
						t.Errorf("%s: tick %s at %v %% of %v", c.name, k.Label, k.At, s)
					}
				}
			}
		}
	}
}

func TestPath(t *testing.T) {
	nan := math.NaN()
	unit, double := scale{0, 4, false}, scale{0, 2, false}
	for _, c := range []struct {
		name         string
		y            []float64
		bridge, dots bool
		want         string
	}{
		{"line", []float64{0, 1, 2, 1, 0}, false, false, "M0 1000L250 500L500 0L750 500L1000 1000"},
		{"gap", []float64{0, 1, nan, 1, 0}, false, false, "M0 1000L250 500M750 500L1000 1000"},
		{"bridged gap", []float64{nan, 1, nan, 1, 0}, true, false, "M250 500L750 500L1000 1000"},
		{"a point between gaps", []float64{nan, 1, nan, nan, 0}, false, false, "M250 500h0M1000 1000h0"},
		{"dots", []float64{0, 1, nan, nan, nan}, false, true, "M0 1000h0M250 500h0"},
		{"nothing", []float64{nan, nan, nan, nan, nan}, false, false, ""},
	} {
		strokes := place([]float64{0, 1, 2, 3, 4}, c.y, unit, double, c.bridge)
		if c.dots {
			strokes = dotted(strokes)
		}
		if got, want := string(attribute(strokes)), `d="`+c.want+`"`; got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
	}
}

func TestSmooth(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		window  int
		y, want []float64
	}{
		{1, []float64{1, 5, 2}, []float64{1, 5, 2}},
		{3, []float64{1, 5, 3, 7, 2}, []float64{nan, 3, 5, 4, nan}},
		{5, []float64{0, 3, 6, 3, 8}, []float64{nan, nan, 4, nan, nan}},
		{9, []float64{2, 4}, []float64{nan, nan}},
	} {
		got := smooth(c.y, c.window)
		for i := range c.want {
			if math.IsNaN(got[i]) != math.IsNaN(c.want[i]) || math.Abs(got[i]-c.want[i]) > 1e-12 {
				t.Errorf("window %d of %v: %v, want %v", c.window, c.y, got, c.want)
				break
			}
		}
	}
	for n, want := range map[int]int{0: 1, 5: 1, 200: 5, 1000: 25, 240: 7} {
		if got := smoothWindow(n); got != want {
			t.Errorf("window for %d steps: %d, want %d", n, got, want)
		}
	}
}
