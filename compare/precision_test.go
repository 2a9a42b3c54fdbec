package compare_test

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// wrapSingle builds a float32 graph of two layers, mean((tanh or relu)(x·W1)·W2 − y)²,
// and wraps it.
func wrapSingle(t *testing.T, relu bool, rows int, seed uint64) *graph.Wrapped {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	g := gorgonia.NewGraph()
	input := func(name string, n, m int, size float64) *gorgonia.Node {
		v := make([]float32, n*m)
		for i := range v {
			v[i] = float32(size * r.NormFloat64())
		}
		return gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithName(name), gorgonia.WithShape(n, m),
			gorgonia.WithValue(tensor.New(tensor.WithShape(n, m), tensor.WithBacking(v))))
	}
	x, w1, w2, y := input("x", rows, 40, 1), input("W1", 40, 30, 0.15), input("W2", 30, 5, 0.2), input("y", rows, 5, 1)
	hidden := gorgonia.Must(gorgonia.Mul(x, w1))
	if relu {
		hidden = gorgonia.Must(gorgonia.Rectify(hidden))
	} else {
		hidden = gorgonia.Must(gorgonia.Tanh(hidden))
	}
	off := gorgonia.Must(gorgonia.Sub(gorgonia.Must(gorgonia.Mul(hidden, w2)), y))
	w, err := graph.Wrap(gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Square(off)))), w1, w2)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// narrow hides that the function can be computed in float64.
type narrow struct{ compare.Function }

func (narrow) Float32() bool { return true }

// spoiledSingle changes the gradient of a float32 graph.
type spoiledSingle struct {
	*graph.Wrapped
	spoil func(g []float64)
}

func (s spoiledSingle) Gradient(dst []float64) error {
	err := s.Wrapped.Gradient(dst)
	s.spoil(dst)
	return err
}

// A float32 gradient passes against the float64 loss, and against the float32
// loss where there is no other; what the first sees the second may not.
func TestFloat32Graph(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: full checks of a graph of 200 rows")
	}
	seeds := uint64(1)
	if os.Getenv("GRADTWIN_LONG") != "" {
		seeds = 10
	}
	for _, relu := range []bool{false, true} {
		for seed := range seeds {
			for _, rows := range []int{3, 200} {
				w := wrapSingle(t, relu, rows, seed)
				for _, tt := range []struct {
					f    compare.Function
					want compare.Precision
				}{{w, compare.Mixed}, {narrow{w}, compare.Single}} {
					for _, mode := range []compare.Mode{compare.Full, compare.Auto} {
						if mode == compare.Full && rows > 3 && seeds == 1 {
							continue
						}
						r, err := compare.Check(context.Background(), tt.f, compare.Options{Mode: mode, Strict: true})
						if err != nil {
							t.Fatal(err)
						}
						// Without a twin float32 hides small elements, which is not to judge them.
						right := r.OK() || tt.want == compare.Single && !r.Wrong() && r.Counts.Inconclusive == 0
						if !right || r.Precision != tt.want {
							t.Errorf("relu %v, seed %d, %d rows, %v: %q, want %q\n%s", relu, seed, rows, mode, r.Precision, tt.want, r)
						}
					}
				}
			}
		}
	}
	w := wrapSingle(t, true, 20, 1)
	for name, spoil := range map[string]func(g []float64){
		"W1 times 1.0005":   func(g []float64) { times(g[:1200], 1.0005) },
		"one sign":          func(g []float64) { g[77] *= -1 },
		"W2 zero":           func(g []float64) { clear(g[1200:]) },
		"one off by 1/1000": func(g []float64) { g[1203] *= 1.001 },
	} {
		r, err := compare.Check(context.Background(), spoiledSingle{w, spoil},
			compare.Options{Mode: compare.Full, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		if r.OK() {
			t.Errorf("%s: passed\n%s", name, r)
		}
	}
}
