package compare

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// term is a function of one element with its derivative.
type term struct {
	name  string
	f, df func(x float64) float64
}

var terms = []term{
	{"sin", math.Sin, math.Cos},
	{"fast sin", func(x float64) float64 { return math.Sin(300 * x) },
		func(x float64) float64 { return 300 * math.Cos(300*x) }},
	{"exp", math.Exp, math.Exp},
	{"steep exp", func(x float64) float64 { return math.Exp(20 * x) },
		func(x float64) float64 { return 20 * math.Exp(20*x) }},
	{"square", func(x float64) float64 { return x * x }, func(x float64) float64 { return 2 * x }},
	{"abs", math.Abs, func(x float64) float64 { return math.Copysign(1, x) }},
	{"relu", func(x float64) float64 { return max(x, 0) }, func(x float64) float64 {
		if x > 0 {
			return 1
		}
		return 0
	}},
	{"leaky", func(x float64) float64 { return max(x, 0.1*x) }, func(x float64) float64 {
		if x >= 0 {
			return 1
		}
		return 0.1
	}},
	{"logistic", func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
		func(x float64) float64 { s := 1 / (1 + math.Exp(-x)); return s * (1 - s) }},
	{"huber", func(x float64) float64 {
		if math.Abs(x) < 0.01 {
			return x * x / 2
		}
		return 0.01 * (math.Abs(x) - 0.005)
	}, func(x float64) float64 { return min(max(x, -0.01), 0.01) }},
	{"tiny", func(x float64) float64 { return 1e-7 * math.Sin(x) }, func(x float64) float64 { return 1e-7 * math.Cos(x) }},
	{"constant", func(float64) float64 { return 1 }, func(float64) float64 { return 0 }},
}

// mixture is Σ cᵢ·termᵢ(xᵢ) + a coupling, with elements of all sizes, some of
// them at or next to a kink, and the value rounded to a multiple of grain.
func mixture(r *rand.Rand, n int, grain float64) (*Vector, []string) {
	x, c := make([]float64, n), make([]float64, n)
	kind := make([]term, n)
	names := make([]string, n)
	for i := range x {
		kind[i] = terms[r.IntN(len(terms))]
		switch r.IntN(8) {
		case 0:
			x[i] = 0
		case 1:
			x[i] = r.NormFloat64() * math.Pow(10, -float64(r.IntN(12)))
		default:
			x[i] = r.NormFloat64()
		}
		c[i] = r.NormFloat64() * math.Pow(10, -2*r.Float64())
		names[i] = fmt.Sprintf("%s at %g", kind[i].name, x[i])
	}
	f := func(x []float64) float64 {
		sum := 0.0
		for i, v := range x {
			sum += c[i] * kind[i].f(v)
		}
		sum += math.Tanh(x[0] * x[n-1])
		if grain > 0 {
			sum = math.Round(sum/grain) * grain
		}
		return sum
	}
	grad := func(g, x []float64) {
		for i, v := range x {
			g[i] = c[i] * kind[i].df(v)
		}
		t := math.Tanh(x[0] * x[n-1])
		g[0] += (1 - t*t) * x[n-1]
		g[n-1] += (1 - t*t) * x[0]
	}
	return Of(f, grad, x), names
}

// Right gradients of sums of everything, at kinks and beside them, with noise
// from none to a thousandth: no verdict may be wrong.
func TestNoFalseAlarmInMixtures(t *testing.T) {
	rounds := 30
	if os.Getenv("GRADTWIN_LONG") != "" {
		rounds = 1000
	}
	verdicts := Counts{}
	for _, grain := range []float64{0, 1e-12, 1e-9, 1e-6, 1e-3} {
		for round := range rounds {
			f, names := mixture(rand.New(rand.NewPCG(uint64(round), math.Float64bits(grain))), 60, grain)
			for _, mode := range []Mode{Full, Probe} {
				r, err := Check(context.Background(), f, Options{Mode: mode, Seed: uint32(round)})
				var empty *EmptyError
				if errors.As(err, &empty) && grain >= 1e-3 {
					continue
				}
				if err != nil {
					t.Fatalf("grain %g, round %d: %v", grain, round, err)
				}
				verdicts.OK += r.Counts.OK
				verdicts.Kink += r.Counts.Kink
				verdicts.Wrong += r.Counts.Wrong
				verdicts.Inconclusive += r.Counts.Inconclusive
				if r.Wrong() {
					what := ""
					if r.Counts.Wrong > 0 {
						what = names[r.Worst[0].Flat]
					}
					t.Errorf("grain %g, round %d, %v: %s\n%s", grain, round, mode, what, r)
				}
			}
		}
	}
	t.Logf("%+v", verdicts)
}
