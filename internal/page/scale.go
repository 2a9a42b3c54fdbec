package page

import (
	"math"
	"slices"

	"gradtwin/internal/words"
)

// scale maps values to 0..1 along an axis.
type scale struct {
	min, max float64
	log      bool
}

// newScale spans the values that the axis can show: finite ones, and on a
// logarithmic axis positive ones. The second result reports whether there is any.
func newScale(log bool, values ...[]float64) (scale, bool) {
	s := scale{math.Inf(1), math.Inf(-1), log}
	for _, list := range values {
		for _, v := range list {
			if s.shows(v) {
				s.min, s.max = min(s.min, v), max(s.max, v)
			}
		}
	}
	if s.min > s.max {
		return scale{0, 1, false}, false
	}
	// Values that differ by no more than rounding are one value: no ticks lie
	// between them.
	const rounding = 1e-9
	switch {
	case s.max-s.min > rounding*max(math.Abs(s.min), math.Abs(s.max)):
	case log:
		s.min, s.max = s.min/2, s.max*2
	default:
		around := max(math.Abs(s.min)/2, 0.5)
		s.min, s.max = s.min-around, s.max+around
	}
	return s, true
}

// padded leaves a little room beyond the values at both ends; a linear scale of
// values that are not negative does not go below zero.
func (s scale) padded() scale {
	const room = 0.03
	if s.log {
		f := math.Pow(s.max/s.min, room)
		return scale{s.min / f, s.max * f, true}
	}
	d := room * (s.max - s.min)
	lo := s.min - d
	if s.min >= 0 {
		lo = max(lo, 0)
	}
	return scale{lo, s.max + d, false}
}

// farthest is how far from zero, or on a logarithmic axis from one, a value can
// be that is shown: the quotient of any two is a float64. Nothing that the
// program measures is there; 1.797…e308, which stands for what is no finite
// number, is.
const farthest = 1e150

func (s scale) shows(v float64) bool {
	return math.Abs(v) <= farthest && (!s.log || v >= 1/farthest)
}

// at returns the value's place on the axis, NaN when it cannot be shown.
func (s scale) at(v float64) float64 {
	switch {
	case !s.shows(v):
		return math.NaN()
	case s.log:
		return math.Log(v/s.min) / math.Log(s.max/s.min)
	default:
		return (v - s.min) / (s.max - s.min)
	}
}

// tick is a labelled place on an axis.
type tick struct {
	At    float64 // percent of the axis
	Value float64
	Label string
}

// maxTicks is how many labels fit below a plot on a phone.
const maxTicks = 6

func (s scale) ticks() []tick {
	var values []float64
	if s.log {
		values = s.logTicks()
	} else {
		values = s.linearTicks()
	}
	var out []tick
	for _, v := range values {
		if at := s.at(v); at >= -tickRounding && at <= 1+tickRounding {
			out = append(out, tick{100 * at, v, words.Number(v)})
		}
	}
	return out
}

// tickRounding lets the last tick be 3 times 0.1, which is above 0.3.
const tickRounding = 1e-9

// linearTicks takes multiples of 1, 2 or 5 times a power of ten.
func (s scale) linearTicks() []float64 {
	least := (s.max - s.min) / maxTicks
	e := math.Floor(math.Log10(least))
	step := 0.0
	for _, m := range []float64{1, 2, 5, 10} {
		if step = m * math.Pow(10, e); step >= least {
			break
		}
	}
	var out []float64
	first := math.Ceil(s.min/step - tickRounding)
	// Counted, because beyond 2⁵³ adding 1 changes nothing: the ends of an axis
	// can be neighbours.
	for i := range maxTicks + 1 {
		if k := first + float64(i); k <= s.max/step+tickRounding {
			out = append(out, k*step+0) // +0: no negative zero
		}
	}
	return slices.Compact(out)
}

// logTicks takes powers of ten, with 2 and 5 between them where the axis is
// short, or every second, third, … power where it is long.
func (s scale) logTicks() []float64 {
	lo, hi := int(math.Floor(math.Log10(s.min))), int(math.Ceil(math.Log10(s.max)))
	steps := []float64{1}
	if hi-lo <= 2 {
		steps = []float64{1, 2, 5}
	}
	stride := 1 + (hi-lo-1)/(maxTicks+2)
	var out []float64
	for e := lo; e <= hi; e++ {
		if e%stride != 0 {
			continue
		}
		for _, m := range steps {
			// Dividing is exact where multiplying by 10⁻³ would not be.
			v := m * math.Pow10(e)
			if e < 0 {
				v = m / math.Pow10(-e)
			}
			if v >= s.min && v <= s.max {
				out = append(out, v)
			}
		}
	}
	return out
}
