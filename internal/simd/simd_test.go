package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// u is the rounding of one operation.
const u = 0x1p-53

var acts = []Activation{Identity, ReLU, Sigmoid, Tanh}

func (a Activation) String() string {
	return [...]string{"identity", "relu", "sigmoid", "tanh"}[a]
}

func random(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func randomGroups(r *rand.Rand, n int) []Group {
	x := make([]Group, n)
	for i := range x {
		copy(x[i][:], random(r, Width))
	}
	return x
}

// randomLayer is a layer of n units of which about half are live.
func randomLayer(r *rand.Rand, act Activation, n int, all bool) Layer {
	l := Layer{Act: act, Z: random(r, n)}
	if act != Identity {
		l.A = random(r, n)
	}
	for k := range n {
		if all || r.IntN(2) == 0 {
			l.Live = append(l.Live, int32(k))
		}
	}
	return l
}

// nearGroups fails where two numbers differ by more than tol, or only one is
// NaN.
func nearGroups(t *testing.T, got, want []Group, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d groups, want %d", len(got), len(want))
	}
	for g := range want {
		for p, w := range want[g] {
			if v := got[g][p]; v != w && !(math.IsNaN(v) && math.IsNaN(w)) && !(math.Abs(v-w) <= tol) {
				t.Fatalf("group %d, lane %d:\n got %.17g\nwant %.17g\ndifference %g, bound %g", g, p, v, w, v-w, tol)
			}
		}
	}
}

// guarded returns n groups behind which a write is noticed by the returned
// function.
func guarded(t *testing.T, n int) ([]Group, func()) {
	const sentinel = 12345
	x := make([]Group, n+2)
	for i := range x {
		for p := range x[i] {
			x[i][p] = sentinel
		}
	}
	return x[1 : n+1 : n+1], func() {
		t.Helper()
		for p := range Width {
			if x[0][p] != sentinel || x[n+1][p] != sentinel {
				t.Fatal("written beyond the destination")
			}
		}
	}
}

func TestShift(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, act := range acts {
		for groups := range 6 {
			d := randomGroups(r, groups)
			z, a := r.NormFloat64(), r.NormFloat64()
			got, check := guarded(t, groups)
			want := make([]Group, groups)
			Shift(got, d, act, z, a)
			genericShift(want, d, act, z, a)
			check()
			// A handful of roundings of numbers below 10.
			nearGroups(t, got, want, 50*u)
		}
	}
}

func TestRise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		act, all := acts[r.IntN(len(acts))], r.IntN(2) == 0
		groups, n := r.IntN(5), 1+r.IntN(40)
		l := randomLayer(r, act, n, all)
		w, delta := random(r, n), randomGroups(r, groups)
		t.Run(fmt.Sprintf("%v/groups=%d/live=%d of %d", act, groups, len(l.Live), n), func(t *testing.T) {
			got, check := guarded(t, groups*len(l.Live))
			want := make([]Group, len(got))
			Rise(got, delta, l, w)
			genericRise(want, delta, l, w)
			check()
			nearGroups(t, got, want, 50*u)
		})
	}
}

// The plain code asks once a group whether the changes can reach a ReLU's kink;
// its results are those of the formula, to the bit. Weights are powers of 2, so
// that products are exact whether or not the compiler fuses them.
func TestRiseKink(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	weights := []float64{1, -0.25, 0, 0x1p-1073, 0x1p1000, inf, nan}
	inputs := []float64{0, math.Copysign(0, -1), 1, -1, 0.25, -0.25, 0.5, math.Nextafter(1, 2), -math.Nextafter(1, 2),
		5e-324, -inf, inf, nan}
	deltas := []Group{{}, {1, -1}, {0.5, -0.5, 1e-300, -1e-300}, {0x1p-1000, 1}, {1e300}, {7: inf}, {7: -inf}, {3: nan}}
	for _, w := range weights {
		for _, z := range inputs {
			l := Layer{Act: ReLU, Z: []float64{z}, A: []float64{max(0, z)}, Live: []int32{0}}
			got, want := make([]Group, len(deltas)), make([]Group, len(deltas))
			genericRise(got, deltas, l, []float64{w})
			for g := range deltas {
				for p, v := range deltas[g] {
					want[g][p] = max(0, z+v*w) - l.A[0]
				}
			}
			nearGroups(t, got, want, 0)
		}
	}
}

func TestProduct(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	for i := range 400 {
		act := acts[r.IntN(len(acts))]
		groups, below, n := r.IntN(5), 1+r.IntN(30), 1+i%40
		l := randomLayer(r, act, n, true)
		live := randomLayer(r, Identity, below, false).Live
		w, in := random(r, below*n), randomGroups(r, groups*len(live))
		t.Run(fmt.Sprintf("%v/groups=%d/live=%d of %d/units=%d", act, groups, len(live), below, n), func(t *testing.T) {
			got, check := guarded(t, groups*n)
			want := make([]Group, len(got))
			Product(got, in, l, w, live)
			genericProduct(want, in, l, w, live)
			check()
			// Sums of up to 30 products of two normal numbers.
			nearGroups(t, got, want, 2000*u)
		})
	}
}

func TestLoss(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	for range 300 {
		groups, classes, spread := r.IntN(5), 1+r.IntN(20), math.Exp(6*r.Float64()-3)
		delta := []float64{0, 1e-7, 0.1}[r.IntN(3)]
		label := r.IntN(classes)
		z := randomGroups(r, groups*classes)
		for i := range z {
			for p := range z[i] {
				z[i][p] *= spread
			}
		}
		t.Run(fmt.Sprintf("groups=%d/classes=%d/delta=%g", groups, classes, delta), func(t *testing.T) {
			got, check := guarded(t, groups)
			want := make([]Group, groups)
			e, checkE := guarded(t, len(z))
			Loss(got, z, e, classes, label, delta)
			genericLoss(want, z, make([]Group, len(z)), classes, label, delta)
			check()
			checkE()
			// The roundings of the exponentials, their sum, and the loss itself:
			// up to 4·spread.
			nearGroups(t, got, want, (20+10*spread)*u)
		})
	}
}

func TestLossOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	for range 200 {
		groups := r.IntN(6)
		l := Logit{Z: -r.ExpFloat64(), Others: r.ExpFloat64(), Label: r.Float64()}
		if r.IntN(2) == 0 {
			l.Label = -1
		}
		d := randomGroups(r, groups)
		got, check := guarded(t, groups)
		want := make([]Group, groups)
		LossOne(got, d, l, 1e-7)
		genericLossOne(want, d, l, 1e-7)
		check()
		nearGroups(t, got, want, 100*u)
	}
}

// What is not a number stays so, and what lies out of exp's range does no
// harm.
func TestExtremes(t *testing.T) {
	payload := math.Float64frombits(0x7ff8000000000001) // its last bit would change an exponent
	inf := math.Inf(1)
	for _, x := range []float64{0, math.Copysign(0, -1), 1e-300, 5e-324, 1, -1, 40, -40, 700, -700, 720, -720, 1e10, -1e10,
		1e300, -1e300, inf, -inf, payload} {
		for _, act := range acts {
			got, want := make([]Group, 1), make([]Group, 1)
			Shift(got, []Group{{x}}, act, 0, 0)
			genericShift(want, []Group{{x}}, act, 0, 0)
			nearGroups(t, got, want, 4*u)
			l := Layer{Act: act, Z: []float64{x, 1}, A: []float64{0, 0}, Live: []int32{0, 1}}
			if act == Identity {
				l.A = nil
			}
			got, want = make([]Group, 2), make([]Group, 2)
			Rise(got, []Group{{}}, l, []float64{1, 1})
			genericRise(want, []Group{{}}, l, []float64{1, 1})
			nearGroups(t, got, want, 4*u)
			Product(got, []Group{{}, {}}, l, []float64{1, 1, 1, 1}, []int32{0, 1})
			genericProduct(want, []Group{{}, {}}, l, []float64{1, 1, 1, 1}, []int32{0, 1})
			nearGroups(t, got, want, 4*u)
		}
		for label := range 3 {
			z := []Group{{0, x}, {0, 0, x}, {0, 0, 0, x}}
			got, want, e := make([]Group, 1), make([]Group, 1), make([]Group, 3)
			Loss(got, z, e, 3, label, 1e-7)
			genericLoss(want, z, e, 3, label, 1e-7)
			nearGroups(t, got, want, 100*u)
			// Without δ, a loss above 700 may be any number above 700.
			Loss(got, z, e, 3, label, 0)
			genericLoss(want, z, e, 3, label, 0)
			for p := range Width {
				if want[0][p] > 700 && got[0][p] > 700 {
					got[0][p] = want[0][p]
				}
			}
			nearGroups(t, got, want, 2000*u)
		}
	}
	got := make([]Group, 1)
	LossOne(got, []Group{{payload}}, Logit{Others: 1, Label: 1}, 0)
	if !math.IsNaN(got[0][0]) || math.IsNaN(got[0][1]) {
		t.Errorf("NaN in one lane: losses %v", got[0])
	}
}

func TestPanics(t *testing.T) {
	two := Layer{Z: make([]float64, 2), Live: []int32{0, 1}}
	for name, f := range map[string]func(){
		"Shift into too few":      func() { Shift(nil, make([]Group, 1), ReLU, 0, 0) },
		"Rise into too few":       func() { Rise(make([]Group, 1), make([]Group, 1), two, make([]float64, 2)) },
		"Rise of too few weights": func() { Rise(make([]Group, 2), make([]Group, 1), two, make([]float64, 1)) },
		"Rise without activations": func() {
			Rise(make([]Group, 2), make([]Group, 1), Layer{ReLU, two.Z, nil, two.Live}, make([]float64, 2))
		},
		"Product into too few": func() {
			Product(make([]Group, 1), make([]Group, 2), two, make([]float64, 4),
				two.Live)
		},
		"Product of too few weights": func() {
			Product(make([]Group, 2), make([]Group, 2), two, make([]float64, 2),
				two.Live)
		},
		"Product of uneven weights": func() {
			Product(make([]Group, 2), make([]Group, 2), two, make([]float64, 5),
				two.Live)
		},
		"Loss of a label too large":   func() { Loss(make([]Group, 1), make([]Group, 2), make([]Group, 2), 2, 2, 0) },
		"Loss with too little memory": func() { Loss(make([]Group, 1), make([]Group, 2), make([]Group, 1), 2, 0, 0) },
		"LossOne into too few":        func() { LossOne(nil, make([]Group, 1), Logit{}, 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
