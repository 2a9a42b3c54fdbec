package rows

import (
	"math"
	"slices"

	"gradtwin"
)

// tape records a computation and differentiates it backwards, in float64 or with
// every result rounded to float32. (A sum, product, quotient or root that is
// rounded twice in this way has the bits of float32 arithmetic.)
type tape struct {
	single  bool
	atZero  float64 // relu'(0)
	nodes   []node
	adjoint []float64
}

// node is a value with its derivatives with respect to at most two others.
type node struct {
	v      float64
	a, b   num
	da, db float64
}

// num is a value on the tape; none is no operand.
type num int

const none num = -1

func (t *tape) round(v float64) float64 {
	if t.single {
		return float64(float32(v))
	}
	return v
}

func (t *tape) push(v float64, a num, da float64, b num, db float64) num {
	t.nodes = append(t.nodes, node{t.round(v), a, b, t.round(da), t.round(db)})
	return num(len(t.nodes) - 1)
}

func (t *tape) v(a num) float64 { return t.nodes[a].v }

func (t *tape) constant(v float64) num { return t.push(v, none, 0, none, 0) }
func (t *tape) add(a, b num) num       { return t.push(t.v(a)+t.v(b), a, 1, b, 1) }
func (t *tape) sub(a, b num) num       { return t.push(t.v(a)-t.v(b), a, 1, b, -1) }
func (t *tape) mul(a, b num) num       { return t.push(t.v(a)*t.v(b), a, t.v(b), b, t.v(a)) }
func (t *tape) scale(c float64, a num) num {
	c = t.round(c)
	return t.push(c*t.v(a), a, c, none, 0)
}
func (t *tape) div(a, b num) num {
	q := t.v(a) / t.v(b)
	return t.push(q, a, 1/t.v(b), b, -q/t.v(b))
}
func (t *tape) square(a num) num { return t.mul(a, a) }
func (t *tape) sin(a num) num    { return t.push(math.Sin(t.v(a)), a, math.Cos(t.v(a)), none, 0) }
func (t *tape) log(a num) num    { return t.push(math.Log(t.v(a)), a, 1/t.v(a), none, 0) }
func (t *tape) exp(a num) num {
	e := t.round(math.Exp(t.v(a)))
	return t.push(e, a, e, none, 0)
}
func (t *tape) tanh(a num) num {
	h := t.round(math.Tanh(t.v(a)))
	return t.push(h, a, 1-h*h, none, 0)
}
func (t *tape) sigmoid(a num) num {
	s := t.round(1 / (1 + math.Exp(-t.v(a))))
	return t.push(s, a, s*(1-s), none, 0)
}
func (t *tape) sqrt(a num) num {
	r := t.round(math.Sqrt(t.v(a)))
	return t.push(r, a, 0.5/r, none, 0)
}
func (t *tape) relu(a num) num {
	switch v := t.v(a); {
	case v > 0:
		return t.push(v, a, 1, none, 0)
	case v < 0:
		return t.push(0, a, 0, none, 0)
	}
	return t.push(0, a, t.atZero, none, 0)
}

func (t *tape) sum(a []num) num {
	s := t.constant(0)
	for _, n := range a {
		s = t.add(s, n)
	}
	return s
}

// product is the matrix product of rows×inner and inner×cols.
func (t *tape) product(a, b []num, rows, inner, cols int) []num {
	out := make([]num, 0, rows*cols)
	for r := range rows {
		for c := range cols {
			s := t.mul(a[r*inner], b[c])
			for k := 1; k < inner; k++ {
				s = t.add(s, t.mul(a[r*inner+k], b[k*cols+c]))
			}
			out = append(out, s)
		}
	}
	return out
}

func (t *tape) each(f func(num) num, a []num) []num {
	out := slices.Clone(a)
	for i := range out {
		out[i] = f(out[i])
	}
	return out
}

func (t *tape) inputs(x []float64) []num {
	out := make([]num, len(x))
	for i, v := range x {
		out[i] = t.constant(v)
	}
	return out
}

// begin forgets what was recorded and records the inputs anew.
func (t *tape) begin(x []float64) []num {
	t.nodes = t.nodes[:0]
	return t.inputs(x)
}

// gradient writes the derivatives of out with respect to the first inputs.
func (t *tape) gradient(g []float64, out num) {
	t.adjoint = slices.Grow(t.adjoint[:0], len(t.nodes))[:len(t.nodes)]
	clear(t.adjoint)
	t.adjoint[out] = 1
	for i := len(t.nodes) - 1; i >= 0; i-- {
		n, d := t.nodes[i], t.adjoint[i]
		if n.a != none {
			t.adjoint[n.a] = t.round(t.adjoint[n.a] + t.round(d*n.da))
		}
		if n.b != none {
			t.adjoint[n.b] = t.round(t.adjoint[n.b] + t.round(d*n.db))
		}
	}
	copy(g, t.adjoint[:len(g)])
}

// traced is a problem whose gradient the tape gives. atZero is relu'(0).
func traced(name string, layout gradtwin.Layout, x []float64, atZero float64, f func(t *tape, x []num) num) problem {
	return problem{name: name, layout: layout, x: x}.trace(&tape{atZero: atZero}, f)
}

// tracedSingle is the same in float32, with a float64 twin or without.
func tracedSingle(name string, layout gradtwin.Layout, x []float64, twin bool, f func(t *tape, x []num) num) problem {
	p := problem{name: name + " in float32", layout: layout, x: x, single: true}.trace(&tape{single: true}, f)
	for i, v := range x {
		p.x[i] = float64(float32(v))
	}
	if twin {
		wide := traced(name, layout, p.x, 0, f)
		p.wide = &wide
	} else {
		p.name += " without a twin"
	}
	return p
}

func (p problem) trace(t *tape, f func(t *tape, x []num) num) problem {
	p.x = slices.Clone(p.x)
	p.loss = func(x []float64) float64 { return t.v(f(t, t.begin(x))) }
	p.grad = func(g, x []float64) { t.gradient(g, f(t, t.begin(x))) }
	return p
}
