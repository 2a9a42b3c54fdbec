package battery_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

// complexStep returns ∂f/∂x of input i of the recorded tape by the complex
// step: Im f(x + ih)/h, which neither cancels nor uses a derivative's formula
// (Squire & Trapp, SIAM Review 40 (1998)).
func (t *tape) complexStep(i int, out num) float64 {
	h := 1e-25 * math.Abs(t.log[i].va)
	if h == 0 {
		h = 1e-45
	}
	z := make([]complex128, len(t.log))
	for k, e := range t.log {
		a, b := complex(e.va, 0), complex(e.vb, 0)
		if e.a >= 0 {
			a = z[e.a]
		}
		if e.b >= 0 {
			b = z[e.b]
		}
		switch e.op {
		case opInput:
			z[k] = a
			if k == i {
				z[k] += complex(0, h)
			}
		case opAdd:
			z[k] = a + b
		case opSub:
			z[k] = a - b
		case opMul:
			z[k] = a * b
		case opDiv:
			z[k] = a / b
		case opPow:
			z[k] = complexPower(a, real(b))
		case opMax:
			z[k] = a
			if real(b) > real(a) {
				z[k] = b
			}
		case opLeaky:
			z[k] = a
			if real(a) < 0 {
				z[k] = b * a
			}
		case opExp:
			z[k] = cmplx.Exp(a)
		case opLog:
			z[k] = cmplx.Log(a)
		case opLog1p:
			z[k] = cmplx.Log(1 + a)
		case opExpm1:
			z[k] = expm1Series(a)
		case opSin:
			z[k] = cmplx.Sin(a)
		case opCos:
			z[k] = cmplx.Cos(a)
		case opTanh:
			z[k] = cmplx.Tanh(a)
		case opSqrt:
			z[k] = cmplx.Sqrt(a)
		case opAtan:
			// By the addition theorem; of what is left, 1e-25, atan is itself.
			c := complex(real(a), 0)
			z[k] = complex(math.Atan(real(a)), 0) + (a-c)/(1+c*a)
		case opErf:
			z[k] = erfSeries(a)
		}
	}
	return imag(z[out.k]) / h
}

// complexPower multiplies where it can: a negative base has no logarithm whose
// small imaginary part means anything.
func complexPower(a complex128, c float64) complex128 {
	if c != math.Trunc(c) || math.Abs(c) > 10 {
		return cmplx.Exp(complex(c, 0) * cmplx.Log(a))
	}
	p := complex(1, 0)
	for range int(math.Abs(c)) {
		p *= a
	}
	if c < 0 {
		return 1 / p
	}
	return p
}

// expm1Series is exp(z) − 1, by its series where that cancels.
func expm1Series(z complex128) complex128 {
	if cmplx.Abs(z) > 0.1 {
		return cmplx.Exp(z) - 1
	}
	term, total := z, z
	for n := 2; n < 15; n++ {
		term *= z / complex(float64(n), 0)
		total += term
	}
	return total
}

// erfSeries is erf by its Maclaurin series, for |z| < 4.
func erfSeries(z complex128) complex128 {
	term, total := z, z
	for n := 1; n < 120; n++ {
		term *= -z * z / complex(float64(n), 0)
		total += term / complex(float64(2*n+1), 0)
	}
	return total * complex(2/math.Sqrt(math.Pi), 0)
}

// Every function's gradient, where the tape makes it, is the complex step's.
// The tolerance is relative to the tensor's largest: what cancels in one
// element leaves the rounding of the terms, and in a network that can be the
// whole tensor (a bias before batch normalisation). Chaotic functions and sums that
// cancel multiply the roundings by their condition, so those get more.
func TestTapeAgainstComplexStep(t *testing.T) {
	for _, s := range subjects() {
		if s.body == nil || s.single {
			continue
		}
		tolerance := 1e-10
		switch s.family {
		case chaotic:
			tolerance = 1e-4
		case cancelling:
			tolerance = 1e-7
		}
		r := rand.New(rand.NewPCG(1, 2))
		x := s.point(r)
		tp := &tape{drop: -1}
		g := make([]float64, len(x))
		tp.gradient(s.body, g, x)
		out := tp.record(s.body, x)
		step := max(1, len(x)/12)
		at, least := 0, 0.0
		if s.family == networks {
			least = 1e-4 * maxAbs(g)
		}
		for _, tensor := range s.layout {
			largest := math.Max(least, maxAbs(g[at:at+tensor.Len()]))
			for i := at; i < at+tensor.Len(); i += step {
				if want := tp.complexStep(i, out); !(math.Abs(g[i]-want) <= tolerance*math.Max(largest, math.Abs(want))) {
					t.Errorf("%s: %s is %v, the complex step's is %v", s, s.layout.Element(i), g[i], want)
				}
			}
			at += tensor.Len()
		}
	}
}

// Closed forms at a point, worked out by hand.
func TestTapeAgainstClosedForms(t *testing.T) {
	const x, y = 0.7, 1.3
	for _, tt := range []struct {
		name   string
		f      func(x, y num) num
		dx, dy float64
	}{
		{"xy", num.mul, y, x},
		{"x/y", num.div, 1 / y, -x / (y * y)},
		{"x−y", num.sub, 1, -1},
		{"exp(xy)", func(x, y num) num { return x.mul(y).exp() }, y * math.Exp(x*y), x * math.Exp(x*y)},
		{"log(x+y)", func(x, y num) num { return x.add(y).log() }, 1 / (x + y), 1 / (x + y)},
		{"log1p", func(x, _ num) num { return x.log1p() }, 1 / (1 + x), 0},
		{"expm1", func(_, y num) num { return y.expm1() }, 0, math.Exp(y)},
		{"sin x cos y", func(x, y num) num { return x.sin().mul(y.cos()) }, math.Cos(x) * math.Cos(y),
			-math.Sin(x) * math.Sin(y)},
		{"tanh", func(x, _ num) num { return x.tanh() }, 1 - math.Tanh(x)*math.Tanh(x), 0},
		{"sqrt(x²+y²)", func(x, y num) num { return x.square().add(y.square()).sqrt() }, x / math.Hypot(x, y),
			y / math.Hypot(x, y)},
		{"x³", func(x, _ num) num { return x.pow(3) }, 3 * x * x, 0},
		{"atan(y/x)", func(x, y num) num { return y.div(x).atan() }, -y / (x*x + y*y), x / (x*x + y*y)},
		{"erf", func(x, _ num) num { return x.erf() }, 2 / math.Sqrt(math.Pi) * math.Exp(-x*x), 0},
		{"max", num.max, 0, 1},
		{"min", num.min, 1, 0},
		{"|−x|", func(x, _ num) num { return x.neg().abs() }, 1, 0},
		{"leaky(x−y)", func(x, y num) num { return x.sub(y).leaky(0.1) }, 0.1, -0.1},
		{"sigmoid", func(x, _ num) num { return x.sigmoid() }, math.Exp(-x) / (1 + math.Exp(-x)) / (1 + math.Exp(-x)), 0},
		{"log-sum-exp", func(x, y num) num { return logSumExp([]num{x, y}) }, 1 / (1 + math.Exp(y-x)),
			1 / (1 + math.Exp(x-y))},
	} {
		g := make([]float64, 2)
		new(tape).gradient(func(_ *tape, v []num) num { return tt.f(v[0], v[1]) }, g, []float64{x, y})
		for i, want := range []float64{tt.dx, tt.dy} {
			if math.Abs(g[i]-want) > 4e-16*math.Max(1, math.Abs(want)) {
				t.Errorf("%s: derivative %d is %v, want %v", tt.name, i, g[i], want)
			}
		}
	}
}

// At a kink the tape follows its convention.
func TestTapeAtKinks(t *testing.T) {
	for _, zero := range []float64{0, 0.5, 1} {
		for _, tt := range []struct {
			name string
			f    body
			x    []float64
			want []float64
		}{
			{"relu", func(_ *tape, x []num) num { return x[0].relu() }, []float64{0}, []float64{zero}},
			{"abs", func(_ *tape, x []num) num { return x[0].abs() }, []float64{0}, []float64{2*zero - 1}},
			{"leaky", func(_ *tape, x []num) num { return x[0].leaky(0.5) }, []float64{0}, []float64{0.5 + zero/2}},
			{"max", func(_ *tape, x []num) num { return x[0].max(x[1]) }, []float64{2, 2}, []float64{1 - zero, zero}},
		} {
			g := make([]float64, len(tt.x))
			(&tape{zero: zero, drop: -1}).gradient(tt.f, g, tt.x)
			for i := range g {
				if g[i] != tt.want[i] {
					t.Errorf("%s with %v at 0: %v, want %v", tt.name, zero, g, tt.want)
				}
			}
		}
	}
}

// In float32 every number of the tape is one, and the gradient is near the
// float64 one without being it.
func TestTapeInFloat32(t *testing.T) {
	f := func(_ *tape, x []num) num { return x[0].mul(x[1]).sin().exp().div(x[1]) }
	x := []float64{float64(float32(0.3)), float64(float32(1.7))}
	g, h := make([]float64, 2), make([]float64, 2)
	new(tape).gradient(f, g, x)
	(&tape{single: true}).gradient(f, h, x)
	for i := range g {
		if h[i] != float64(float32(h[i])) || h[i] == g[i] || math.Abs(h[i]-g[i]) > 1e-6*math.Abs(g[i]) {
			t.Errorf("derivative %d is %v in float32, %v in float64", i, h[i], g[i])
		}
	}
}
