package battery_test

import (
	"iter"
	"math"
)

// A tape records the operations of one evaluation so that the gradient can be
// found backwards (Griewank & Walther, "Evaluating Derivatives", chapter 3).
// With single set, every value and every adjoint is rounded to float32.
//
// replay_test.go repeats a recorded tape in complex arithmetic, which needs no
// rule of differentiation: the two share the operations and nothing else.
type tape struct {
	single bool
	// zero chooses the derivative at a kink: 0 is the left one, 1 the right
	// one. At a tie of a maximum it is the second operand's share.
	zero float64
	// drop is the sample that the gradient forgets; −1 is none.
	drop    int
	sampled bool // the function asked for its samples
	inputs  int
	log     []entry
	adjoint []float64
	memory  []num // of slices that live as long as one evaluation
}

// entry is one operation: its operands (−1 is a constant, with its value), and
// its partial derivatives.
type entry struct {
	op     operation
	a, b   int
	va, vb float64
	da, db float64
}

type operation uint8

const (
	opInput operation = iota
	opAdd
	opSub
	opMul
	opDiv
	opPow // by a constant
	opMax
	opLeaky // slope of the negative side is operand b
	opExp
	opLog
	opLog1p
	opExpm1
	opSin
	opCos
	opTanh
	opSqrt
	opAtan
	opErf
)

// num is a number on a tape; k is its place there, −1 for a constant, whose
// operations are not recorded.
type num struct {
	t *tape
	v float64
	k int
}

func (t *tape) round(v float64) float64 {
	if t.single {
		return float64(float32(v))
	}
	return v
}

// value returns the function at x.
func (t *tape) value(f body, x []float64) float64 {
	t.log, t.memory = t.log[:0], t.memory[:0]
	return f(t, t.nums(x)).v
}

// gradient writes the function's gradient at x to g.
func (t *tape) gradient(f body, g, x []float64) {
	out := t.record(f, x)
	t.adjoint = append(t.adjoint[:0], make([]float64, len(t.log))...)
	if out.k >= 0 {
		t.adjoint[out.k] = 1
	}
	for k := len(t.log) - 1; k >= t.inputs; k-- {
		e, w := t.log[k], t.adjoint[k]
		if w == 0 {
			continue
		}
		if e.a >= 0 {
			t.adjoint[e.a] = t.round(t.adjoint[e.a] + t.round(w*e.da))
		}
		if e.b >= 0 {
			t.adjoint[e.b] = t.round(t.adjoint[e.b] + t.round(w*e.db))
		}
	}
	copy(g, t.adjoint)
}

func (t *tape) record(f body, x []float64) num {
	t.log, t.memory, t.inputs = t.log[:0], t.memory[:0], len(x)
	in := t.slice(len(x))
	for i, v := range x {
		v = t.round(v)
		in[i] = num{t, v, i}
		t.log = append(t.log, entry{op: opInput, a: -1, b: -1, va: v})
	}
	return f(t, in)
}

// num returns a constant.
func (t *tape) num(v float64) num { return num{t, t.round(v), -1} }

// slice returns n numbers, whose memory the next evaluation takes back.
func (t *tape) slice(n int) []num {
	if len(t.memory)+n > cap(t.memory) {
		t.memory = make([]num, 0, 2*cap(t.memory)+n+64)
	}
	from := len(t.memory)
	t.memory = t.memory[:from+n]
	return t.memory[from : from+n : from+n]
}

func (t *tape) nums(v []float64) []num {
	out := t.slice(len(v))
	for i := range v {
		out[i] = t.num(v[i])
	}
	return out
}

// samples yields the samples that a loss is the sum of.
func (t *tape) samples(n int) iter.Seq[int] {
	t.sampled = true
	return func(yield func(int) bool) {
		for i := range n {
			if i != t.drop && !yield(i) {
				return
			}
		}
	}
}

func (a num) with(op operation, b num, v, da, db float64) num {
	t := a.t
	v = t.round(v)
	if a.k < 0 && b.k < 0 {
		return num{t, v, -1}
	}
	t.log = append(t.log, entry{op, a.k, b.k, a.v, b.v, t.round(da), t.round(db)})
	return num{t, v, len(t.log) - 1}
}

func (a num) by(op operation, v, da float64) num { return a.with(op, num{a.t, 0, -1}, v, da, 0) }

func (a num) add(b num) num           { return a.with(opAdd, b, a.v+b.v, 1, 1) }
func (a num) sub(b num) num           { return a.with(opSub, b, a.v-b.v, 1, -1) }
func (a num) mul(b num) num           { return a.with(opMul, b, a.v*b.v, b.v, a.v) }
func (a num) div(b num) num           { return a.with(opDiv, b, a.v/b.v, 1/b.v, -a.v/b.v/b.v) }
func (a num) plus(c float64) num      { return a.add(a.t.num(c)) }
func (a num) times(c float64) num     { return a.mul(a.t.num(c)) }
func (a num) neg() num                { return a.times(-1) }
func (a num) inv() num                { return a.t.num(1).div(a) }
func (a num) square() num             { return a.mul(a) }
func (a num) log() num                { return a.by(opLog, math.Log(a.v), 1/a.v) }
func (a num) log1p() num              { return a.by(opLog1p, math.Log1p(a.v), 1/(1+a.v)) }
func (a num) sin() num                { return a.by(opSin, math.Sin(a.v), math.Cos(a.v)) }
func (a num) cos() num                { return a.by(opCos, math.Cos(a.v), -math.Sin(a.v)) }
func (a num) atan() num               { return a.by(opAtan, math.Atan(a.v), 1/(1+a.v*a.v)) }
func (a num) erf() num                { return a.by(opErf, math.Erf(a.v), 2/math.Sqrt(math.Pi)*math.Exp(-a.v*a.v)) }
func (a num) sigmoid() num            { return a.neg().exp().plus(1).inv() }
func (a num) softplus() num           { return a.exp().log1p() }
func (a num) relu() num               { return a.leaky(0) }
func (a num) abs() num                { return a.leaky(-1) }
func (a num) min(b num) num           { return a.neg().max(b.neg()).neg() }
func (a num) clip(lo, hi float64) num { return a.max(a.t.num(lo)).min(a.t.num(hi)) }

func (a num) exp() num {
	v := math.Exp(a.v)
	return a.by(opExp, v, v)
}

func (a num) expm1() num {
	v := math.Expm1(a.v)
	return a.by(opExpm1, v, v+1)
}

func (a num) tanh() num {
	v := math.Tanh(a.v)
	c := math.Cosh(a.v)
	return a.by(opTanh, v, 1/(c*c))
}

func (a num) sqrt() num {
	v := math.Sqrt(a.v)
	return a.by(opSqrt, v, 0.5/v)
}

func (a num) pow(c float64) num {
	return a.with(opPow, num{a.t, c, -1}, math.Pow(a.v, c), c*math.Pow(a.v, c-1), 0)
}

func (a num) max(b num) num {
	switch {
	case a.v > b.v:
		return a.with(opMax, b, a.v, 1, 0)
	case a.v < b.v:
		return a.with(opMax, b, b.v, 0, 1)
	}
	return a.with(opMax, b, a.v, 1-a.t.zero, a.t.zero)
}

// leaky returns x for x > 0 and slope·x for x < 0.
func (a num) leaky(slope float64) num {
	s := num{a.t, slope, -1}
	switch {
	case a.v > 0:
		return a.with(opLeaky, s, a.v, 1, 0)
	case a.v < 0:
		return a.with(opLeaky, s, slope*a.v, slope, 0)
	}
	return a.with(opLeaky, s, 0, slope+a.t.zero*(1-slope), 0)
}

func sum(x []num) num {
	s := x[0]
	for _, v := range x[1:] {
		s = s.add(v)
	}
	return s
}

func mean(x []num) num { return sum(x).times(1 / float64(len(x))) }

func dot(a, b []num) num {
	s := a[0].mul(b[0])
	for i := 1; i < len(a); i++ {
		s = s.add(a[i].mul(b[i]))
	}
	return s
}

func each(x []num, f func(num) num) []num {
	if len(x) == 0 {
		return nil
	}
	out := x[0].t.slice(len(x))
	for i, v := range x {
		out[i] = f(v)
	}
	return out
}

// logSumExp returns log Σ exp(x), the largest subtracted first.
func logSumExp(x []num) num {
	top := x[0].v
	for _, v := range x {
		top = math.Max(top, v.v)
	}
	return sum(each(x, func(v num) num { return v.plus(-top).exp() })).log().plus(top)
}

func softmax(x []num) []num {
	l := logSumExp(x)
	return each(x, func(v num) num { return v.sub(l).exp() })
}
