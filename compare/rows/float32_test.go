package rows

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/graph"
)

// The table's network: mean(square(tanh(x·W1)·W2)), of 8×6, 6×5 and 5×3.
const (
	netRows, netInputs, netUnits, netOutputs = 8, 6, 5, 3
	netFirst                                 = netInputs * netUnits
	netWeights                               = netFirst + netUnits*netOutputs
)

func netInput(seed uint64) []float64 { return draws(seed, netRows*netInputs, 1) }

func netWeight(seed uint64) []float64 {
	return slices.Concat(draws(seed+100, netFirst, 0.4), draws(seed+200, netWeights-netFirst, 0.5))
}

// meanSquare is the network as a Go function.
func meanSquare(seed uint64) problem {
	data := netInput(seed)
	layout := gradtwin.Layout{{Name: "W1", Shape: []int{netInputs, netUnits}},
		{Name: "W2", Shape: []int{netUnits, netOutputs}}}
	return tracedSingle("mean of squares", layout, netWeight(seed), true, func(t *tape, x []num) num {
		h := t.each(t.tanh, t.product(t.inputs(data), x[:netFirst], netRows, netInputs, netUnits))
		out := t.each(t.square, t.product(h, x[netFirst:], netRows, netUnits, netOutputs))
		return t.scale(1.0/(netRows*netOutputs), t.sum(out))
	})
}

// planted is a function with a fault in its own gradient, and that of its
// float64 twin left as it is or given the same.
type planted struct {
	compare.Function
	fault fault
	twin  fault
}

func (f planted) Gradient(dst []float64) error {
	err := f.Function.Gradient(dst)
	f.fault(dst, nil)
	return err
}

func (f planted) Float32() bool { return true }

func (f planted) Float64() (compare.Function, error) {
	wide, err := f.Function.(compare.Widener).Float64()
	if err == nil && f.twin != nil {
		wide = faultyTwin{wide, f.twin}
	}
	return wide, err
}

type faultyTwin struct {
	compare.Function
	fault fault
}

func (f faultyTwin) Gradient(dst []float64) error {
	err := f.Function.Gradient(dst)
	f.fault(dst, nil)
	return err
}

// meanSquareGraph is the network as a float32 graph of Gorgonia's.
func meanSquareGraph(t *testing.T, seed uint64) compare.Function {
	t.Helper()
	g := gorgonia.NewGraph()
	input := func(name string, n, m int, v []float64) *gorgonia.Node {
		v32 := make([]float32, len(v))
		for i := range v {
			v32[i] = float32(v[i])
		}
		return gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithName(name), gorgonia.WithShape(n, m),
			gorgonia.WithValue(tensor.New(tensor.WithShape(n, m), tensor.WithBacking(v32))))
	}
	w := netWeight(seed)
	x, w1, w2 := input("x", netRows, netInputs, netInput(seed)), input("W1", netInputs, netUnits, w[:netFirst]),
		input("W2", netUnits, netOutputs, w[netFirst:])
	hidden := gorgonia.Must(gorgonia.Tanh(gorgonia.Must(gorgonia.Mul(x, w1))))
	f, err := graph.Wrap(gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Square(gorgonia.Must(gorgonia.Mul(hidden,
		w2)))))), w1, w2)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// One element of the table's float32 network, drawn by the seed, is wrong by a
// factor: how often that must be found. Doubling shows along a tensor too.
func TestFloat32Network(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: 200 checks")
	}
	seeds := 10
	if os.Getenv("GRADTWIN_LONG") != "" {
		seeds = 35
	}
	for name, build := range map[string]func(t *testing.T, seed uint64) compare.Function{
		"function": func(_ *testing.T, seed uint64) compare.Function {
			_, f := meanSquare(seed).function(nil, nil)
			return f
		},
		"graph": meanSquareGraph,
	} {
		for _, tt := range []struct {
			factor float64
			mode   compare.Mode
			missed int // of so many at most
		}{{1.01, compare.Full, 0}, {1.001, compare.Full, 1}, {1.0001, compare.Full, seeds / 7}, {2, compare.Probe, 0}} {
			for _, inTwin := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%g in twin %v/%v", name, tt.factor, inTwin, tt.mode), func(t *testing.T) {
					found := 0
					for seed := range uint64(seeds) {
						f := planted{Function: build(t, seed), fault: timesAt(int(seed*7919)%netWeights, tt.factor)}
						if inTwin {
							f.twin = f.fault
						}
						r, err := compare.Check(context.Background(), f, compare.Options{Mode: tt.mode})
						if err != nil {
							t.Fatalf("seed %d: %v", seed, err)
						}
						if wrong(r) {
							found++
						}
					}
					if found < seeds-tt.missed {
						t.Errorf("found %d of %d, want at least %d", found, seeds, seeds-tt.missed)
					}
				})
			}
		}
		for _, mode := range everyMode {
			t.Run(fmt.Sprintf("%s/right/%v", name, mode), func(t *testing.T) {
				for seed := range uint64(seeds) {
					r, err := compare.Check(context.Background(), build(t, seed), compare.Options{Mode: mode})
					if err != nil {
						t.Fatalf("seed %d: %v", seed, err)
					}
					if !r.OK() {
						t.Errorf("seed %d:\n%s", seed, r)
					}
				}
			})
		}
	}
}

// singles are other float32 functions with a float64 twin.
func singles() []problem {
	layout, weights, lstm := recurrent()
	net := func(seed uint64, unit func(*tape, num) num, layers ...int) problem {
		n := newNetwork(seed, 5, unit, layers...)
		return tracedSingle(fmt.Sprintf("network %v", layers), n.layout(), n.weights(seed), true, n.loss)
	}
	of := func(name string, x []float64, f func(t *tape, x []num) num) problem {
		return tracedSingle(name, nil, x, true, f)
	}
	return []problem{
		net(1, tanh, 4, 6, 2),
		net(2, (*tape).sigmoid, 3, 4, 4, 1),
		net(3, relu, 5, 7, 3),
		net(4, tanh, 6, 2),
		tracedSingle("lstm", layout, weights, true, lstm),
		of("Rosenbrock", []float64{-1.2, 1, 0.4, 0.9}, func(t *tape, x []num) num {
			s := t.constant(0)
			for i := range x[1:] {
				s = t.add(s, t.add(t.scale(100, t.square(t.sub(x[i+1], t.square(x[i])))), t.square(t.sub(t.constant(1), x[i]))))
			}
			return s
		}),
		of("softmax", draws(7, 9, 1), func(t *tape, x []num) num {
			return t.sub(t.log(t.sum(t.each(t.exp, x))), x[3])
		}),
		of("layer normalisation", draws(8, 8, 2), func(t *tape, x []num) num {
			m := t.scale(1.0/8, t.sum(x))
			c := t.each(func(a num) num { return t.sub(a, m) }, x)
			sd := t.sqrt(t.add(t.scale(1.0/8, t.sum(t.each(t.square, c))), t.constant(1e-5)))
			s := t.constant(0)
			for i, v := range c {
				s = t.add(s, t.square(t.sub(t.div(v, sd), t.constant(float64(i%3)))))
			}
			return s
		}),
		of("large squares", []float64{3000, -1200, 800}, func(t *tape, x []num) num {
			return t.sum(t.each(func(a num) num { return t.square(t.sub(a, t.constant(500))) }, x))
		}),
		of("small rates", []float64{0.01, 0.003, 0.02}, func(t *tape, x []num) num {
			return t.sub(t.scale(5, t.sum(x)), t.sum(t.each(t.log, x)))
		}),
		of("one angle", []float64{0.8}, func(t *tape, x []num) num { return t.add(t.sin(x[0]), t.square(x[0])) }),
		of("a sum of many", draws(9, 60, 1), func(t *tape, x []num) num {
			return t.square(t.sum(t.each(t.sin, x)))
		}),
	}
}

// In a float32 function one element that is off by a hundredth or a thousandth
// is found, whether the twin has the fault or not, and a doubled tensor in every
// mode; a right gradient passes.
func TestFloat32Functions(t *testing.T) {
	var checks []check
	for _, p := range singles() {
		g := make([]float64, len(p.x))
		p.grad(g, p.x)
		at := 0
		for i, v := range g {
			if math.Abs(v) > math.Abs(g[at]) {
				at = i
			}
		}
		for _, factor := range []float64{1.01, 1.001, -1} {
			f := timesAt(at, factor)
			checks = append(checks,
				check{name: fmt.Sprintf("%s/one element times %g", p.name, factor), p: p, fault: f, want: foundWrong,
					modes: fullOnly},
				check{name: fmt.Sprintf("%s/one element times %g in the twin too", p.name, factor), p: p, fault: f, twin: f,
					want: foundWrong, modes: fullOnly})
		}
		few := []compare.Mode{compare.Probe, compare.Sample} // full judges them above
		checks = append(checks, check{name: p.name + "/doubled", p: p, fault: times(2), want: foundWrong, modes: few},
			check{name: p.name + "/doubled in the twin too", p: p, fault: times(2), twin: times(2), want: foundWrong, modes: few},
			check{name: p.name + "/right", p: p, want: passed})
	}
	run(t, checks)
}

// A Go function that is declared to be in float32 is judged with the noise of
// float32: a right one passes, and what that noise can show is found.
func TestDeclaredFloat32(t *testing.T) {
	for name, f := range map[string]func(v float64) (loss, derivative float64){
		"sine":   func(v float64) (float64, float64) { return math.Sin(v), math.Cos(v) },
		"square": func(v float64) (float64, float64) { return v * v, 2 * v },
		"tanh":   func(v float64) (float64, float64) { return math.Tanh(v), 1 - math.Tanh(v)*math.Tanh(v) },
	} {
		for factor, want := range map[float64]result{1: passed, 1.5: foundWrong, -1: foundWrong} {
			v := compare.Of(func(x []float64) float64 {
				sum := float32(0)
				for _, v := range x {
					y, _ := f(v)
					sum += float32(y)
				}
				return float64(sum)
			}, func(g, x []float64) {
				for i, v := range x {
					_, d := f(v)
					g[i] = float64(float32(factor * d))
				}
			}, []float64{0.5, -0.75, 0.25})
			for _, mode := range everyMode {
				t.Run(fmt.Sprintf("%s times %g/%v", name, factor, mode), func(t *testing.T) {
					r, err := compare.Check(context.Background(), inFloat32(v), compare.Options{Mode: mode})
					if got := resultOf(r, err); got&want == 0 {
						t.Errorf("%v, want %v: %v\n%v", got, want, err, r)
					}
				})
			}
		}
	}
}

// Zero and tiny biases leave the fault nowhere to hide: one wrong element of a
// tensor whose values are 0, or far below 1, is found as elsewhere.
func TestFloat32Zeros(t *testing.T) {
	var checks []check
	for _, value := range []float64{0, 1e-35, 1e-10, 1e-3} {
		for seed, layers := range [][]int{{4, 6, 2}, {3, 4, 4, 1}, {6, 2}} {
			n := newNetwork(uint64(seed), 5, tanh, layers...)
			x, at := n.weights(uint64(seed)), 0
			for _, tensor := range n.layout() {
				if len(tensor.Shape) == 1 {
					for i := range tensor.Len() {
						x[at+i] = value
					}
				}
				at += tensor.Len()
			}
			p := tracedSingle(fmt.Sprintf("network %v, biases of %g", layers, value), n.layout(), x, true, n.loss)
			last := len(x) - 1
			for name, fault := range map[string]fault{"times 1.01": timesAt(last, 1.01), "negated": timesAt(last, -1),
				"0": setTo(last, 0)} {
				checks = append(checks, check{name: p.name + "/" + name, p: p, fault: fault, want: foundWrong, modes: fullOnly})
			}
			checks = append(checks, check{name: p.name + "/right", p: p, want: passed})
		}
	}
	run(t, checks)
}

// Where units saturate, float32 rounds what a small difference is left of, and a
// unit in the last place of an element moves nothing that would show it: right
// gradients pass, and one negated element is found.
func TestFloat32Saturated(t *testing.T) {
	var checks []check
	for name, unit := range map[string]func(t *tape, a num) num{
		"tanh":    func(t *tape, a num) num { return t.square(t.tanh(a)) },
		"sigmoid": func(t *tape, a num) num { return t.square(t.sigmoid(a)) },
		"1 − tanh²": func(t *tape, a num) num {
			return t.sub(t.constant(1), t.square(t.tanh(a)))
		},
		"log of the sigmoid": func(t *tape, a num) num { return t.log(t.sigmoid(a)) },
	} {
		for _, lo := range []float64{1, 3, 4} {
			for seed := range uint64(20) {
				x := draws(seed, 20, 1)
				for i, v := range x {
					x[i] = lo + (5-lo)*math.Abs(v-math.Trunc(v))
				}
				p := tracedSingle(fmt.Sprintf("%s in %g to 5, seed %d", name, lo, seed), nil, x, true, func(t *tape, x []num) num {
					return t.sum(t.each(func(a num) num { return unit(t, a) }, x))
				})
				checks = append(checks, check{name: p.name + "/right", p: p, want: passed, modes: fullOnly},
					check{name: p.name + "/negated", p: p, fault: timesAt(int(seed), -1), want: foundWrong, modes: fullOnly})
			}
		}
	}
	run(t, checks)
}
