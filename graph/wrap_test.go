package graph_test

import (
	"fmt"
	"math"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/graph"
)

// maker builds inputs of one graph from a fixed seed.
type maker struct {
	g     *gorgonia.ExprGraph
	r     *rand.Rand
	dtype tensor.Dtype
}

func newMaker(dtype tensor.Dtype) *maker {
	return &maker{g: gorgonia.NewGraph(), r: rand.New(rand.NewSource(8)), dtype: dtype}
}

// input is a leaf with elements in [low, high).
func (m *maker) input(name string, low, high float64, shape ...int) *gorgonia.Node {
	return gorgonia.NewTensor(m.g, m.dtype, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name),
		gorgonia.WithValue(m.dense(low, high, shape...)))
}

func (m *maker) dense(low, high float64, shape ...int) gorgonia.Value {
	n := tensor.Shape(shape).TotalSize()
	f64, f32 := make([]float64, n), make([]float32, n)
	for i := range n {
		f64[i] = low + (high-low)*m.r.Float64()
		f32[i] = float32(f64[i])
	}
	switch {
	case len(shape) == 0 && m.dtype == tensor.Float32:
		return gorgonia.NewF32(f32[0])
	case len(shape) == 0:
		return gorgonia.NewF64(f64[0])
	case m.dtype == tensor.Float32:
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(f32))
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(f64))
}

func (m *maker) constant(x float64) *gorgonia.Node {
	if m.dtype == tensor.Float32 {
		return gorgonia.NewConstant(float32(x))
	}
	return gorgonia.NewConstant(x)
}

func must(n *gorgonia.Node, err error) *gorgonia.Node { return gorgonia.Must(n, err) }

// costs are graphs of many operations. The gradients of all are right.
var costs = map[string]func(m *maker) (cost *gorgonia.Node, wrt gorgonia.Nodes){
	"square of a scalar": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		x := m.input("x", 1, 2)
		return must(gorgonia.Square(x)), gorgonia.Nodes{x}
	},
	"scalars": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		a, b := m.input("a", 1, 2), m.input("b", 1, 2)
		return must(gorgonia.Mul(must(gorgonia.Exp(a)), must(gorgonia.Add(a, must(gorgonia.Log(b)))))), gorgonia.Nodes{a, b}
	},
	"mean square error": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		x, w, y := m.input("x", -1, 1, 5, 3), m.input("w", -1, 1, 3), m.input("y", -1, 1, 5)
		d := must(gorgonia.Sub(must(gorgonia.Mul(x, w)), y))
		return must(gorgonia.Mean(must(gorgonia.Square(d)))), gorgonia.Nodes{w}
	},
	"logistic": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		x, w, b, y := m.input("x", -1, 1, 6, 4), m.input("w", -1, 1, 4), m.input("b", -1, 1), m.input("y", 0, 1, 6)
		p := must(gorgonia.Sigmoid(must(gorgonia.Add(must(gorgonia.Mul(x, w)), b))))
		one := m.constant(1)
		a := must(gorgonia.HadamardProd(y, must(gorgonia.Log(p))))
		c := must(gorgonia.HadamardProd(must(gorgonia.Sub(one, y)), must(gorgonia.Log(must(gorgonia.Sub(one, p))))))
		return must(gorgonia.Neg(must(gorgonia.Mean(must(gorgonia.Add(a, c)))))), gorgonia.Nodes{w, b}
	},
	"two layers, softmax": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		x, t := m.input("x", -1, 1, 4, 6), m.input("t", 0, 1, 4, 3)
		w1, b1 := m.input("W1", -1, 1, 6, 5), m.input("b1", -1, 1, 1, 5)
		w2, b2 := m.input("W2", -1, 1, 5, 3), m.input("b2", -1, 1, 1, 3)
		h := must(gorgonia.Rectify(must(gorgonia.BroadcastAdd(must(gorgonia.Mul(x, w1)), b1, nil, []byte{0}))))
		z := must(gorgonia.BroadcastAdd(must(gorgonia.Mul(h, w2)), b2, nil, []byte{0}))
		l := must(gorgonia.Log(must(gorgonia.Add(must(gorgonia.SoftMax(z)), m.constant(1e-7)))))
		return must(gorgonia.Neg(must(gorgonia.Mean(must(gorgonia.HadamardProd(t, l)))))), gorgonia.Nodes{w1, b1, w2, b2}
	},
	"log softmax": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		x, t := m.input("x", -1, 1, 4, 3), m.input("t", 0, 1, 4, 3)
		return must(gorgonia.Sum(must(gorgonia.HadamardProd(t, must(gorgonia.LogSoftMax(x)))))), gorgonia.Nodes{x}
	},
	"tanh, recurrent": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		x, h, w, u := m.input("x", -1, 1, 3), m.input("h", -1, 1, 4), m.input("w", -1, 1, 4, 3), m.input("u", -1, 1, 4, 4)
		for range 3 {
			h = must(gorgonia.Tanh(must(gorgonia.Add(must(gorgonia.Mul(w, x)), must(gorgonia.Mul(u, h))))))
		}
		return must(gorgonia.Sum(h)), gorgonia.Nodes{w, u}
	},
	"reshape, slice, concat": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		x := m.input("x", 1, 2, 4, 6)
		a := must(gorgonia.Slice(x, gorgonia.S(0, 2)))
		b := must(gorgonia.Slice(x, gorgonia.S(2, 4)))
		c := must(gorgonia.Concat(0, must(gorgonia.Square(b)), a))
		return must(gorgonia.Sum(must(gorgonia.Reshape(must(gorgonia.Cube(c)), tensor.Shape{24})))), gorgonia.Nodes{x}
	},
	"transpose, sum of rows": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		x, y := m.input("x", 1, 2, 3, 5), m.input("y", 1, 2, 5, 3)
		s := must(gorgonia.Sum(must(gorgonia.HadamardProd(must(gorgonia.Transpose(x)), y)), 1))
		return must(gorgonia.Sum(must(gorgonia.Square(s)))), gorgonia.Nodes{x, y}
	},
	"division, power, square root": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		x, y := m.input("x", 1, 2, 7), m.input("y", 1, 2, 7)
		q := must(gorgonia.HadamardDiv(x, must(gorgonia.Sqrt(y))))
		return must(gorgonia.Sum(must(gorgonia.Pow(q, m.constant(3))))), gorgonia.Nodes{x, y}
	},
	"convolution, pooling": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		x, k := m.input("x", -1, 1, 2, 1, 6, 6), m.input("k", -1, 1, 3, 1, 3, 3)
		c := must(gorgonia.Conv2d(x, k, tensor.Shape{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}))
		p := must(gorgonia.MaxPool2D(must(gorgonia.Rectify(c)), tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))
		return must(gorgonia.Sum(must(gorgonia.Square(p)))), gorgonia.Nodes{k}
	},
	"softplus, abs, the same input twice": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		x := m.input("x", 1, 2, 3, 4)
		a := must(gorgonia.HadamardProd(must(gorgonia.Softplus(x)), must(gorgonia.Abs(x))))
		return must(gorgonia.Mean(must(gorgonia.Add(a, must(gorgonia.HadamardProd(x, x)))))), gorgonia.Nodes{x}
	},
	"weight decay": func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
		x, w := m.input("x", -1, 1, 5, 3), m.input("w", -1, 1, 3, 2)
		a := must(gorgonia.Mean(must(gorgonia.Sigmoid(must(gorgonia.Mul(x, w))))))
		return must(gorgonia.Add(a, must(gorgonia.Mul(m.constant(0.01), must(gorgonia.Sum(must(gorgonia.Square(w)))))))),
			gorgonia.Nodes{w}
	},
}

// central computes the gradient by central differences with step h.
func central(t *testing.T, w gradtwin.Function, h float64) []float64 {
	t.Helper()
	out := make([]float64, w.Layout().Len())
	for i := range out {
		x := w.At(i)
		var f [2]float64
		var at [2]float64
		for k, d := range []float64{h, -h} {
			w.Set(i, x+d)
			at[k] = w.At(i)
			var err error
			if f[k], err = w.Loss(); err != nil {
				t.Fatal(err)
			}
		}
		w.Set(i, x)
		out[i] = (f[0] - f[1]) / (at[0] - at[1])
	}
	return out
}

func gradient(t *testing.T, w gradtwin.Function) []float64 {
	t.Helper()
	g := make([]float64, w.Layout().Len())
	if err := w.Gradient(g); err != nil {
		t.Fatal(err)
	}
	return g
}

func loss(t *testing.T, w gradtwin.Function) float64 {
	t.Helper()
	f, err := w.Loss()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func wantNear(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol*math.Max(1, math.Abs(want[i]))) {
			t.Errorf("%s: element %d is %v: want %v", what, i, got[i], want[i])
		}
	}
}

func TestGradientsAreDifferences(t *testing.T) {
	for name, build := range costs {
		for _, p := range []struct {
			dtype  tensor.Dtype
			h, tol float64
		}{{tensor.Float64, 1e-5, 1e-8}, {tensor.Float32, 1e-2, 1e-2}} {
			t.Run(fmt.Sprint(name, " ", p.dtype), func(t *testing.T) {
				cost, wrt := build(newMaker(p.dtype))
				w, err := graph.Wrap(cost, wrt...)
				if err != nil {
					t.Fatal(err)
				}
				if w.Float32() != (p.dtype == tensor.Float32) {
					t.Errorf("Float32 is %v", w.Float32())
				}
				wantNear(t, "gradient", gradient(t, w), central(t, w, p.h), p.tol)
			})
		}
	}
}

// What a user's own machine computes on the user's own graph, with the user's
// own Grad, is what Wrap computes, bit for bit.
func TestSameAsTapeMachine(t *testing.T) {
	for name, build := range all() {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			t.Run(fmt.Sprint(name, " ", dtype), func(t *testing.T) {
				cost, wrt := build(newMaker(dtype))
				own, err := graph.Wrap(cost, wrt...)
				if err != nil {
					t.Fatal(err)
				}
				machine, err := own.WithTapeMachine()
				if err != nil {
					t.Fatal(err)
				}
				grads, err := gorgonia.Grad(cost, wrt...)
				if err != nil {
					t.Fatal(err)
				}
				given, err := graph.Wrap(cost, wrt...)
				if err != nil {
					t.Fatal(err)
				}
				for round := range 2 {
					// A new machine: the second round's is not after a Reset.
					vm := gorgonia.NewTapeMachine(cost.Graph())
					if err := vm.RunAll(); err != nil {
						t.Fatal(err)
					}
					f := toFloats(cost.Value())[0]
					var g []float64
					for _, n := range grads {
						g = append(g, toFloats(n.Value())...)
					}
					for kind, w := range map[string]*graph.Wrapped{
						"Grad on a copy": own, "the user's Grad": given, "machine": machine,
					} {
						if got := loss(t, w); got != f {
							t.Errorf("%s, round %d: loss %v: the machine gives %v", kind, round, got, f)
						}
						wantNear(t, kind, gradient(t, w), g, 0)
					}
					own.Set(0, own.At(0)+0.125)
				}
			})
		}
	}
}

func toFloats(v gorgonia.Value) []float64 {
	switch d := v.Data().(type) {
	case float64:
		return []float64{d}
	case float32:
		return []float64{float64(d)}
	case []float64:
		return d
	case []float32:
		out := make([]float64, len(d))
		for i, x := range d {
			out[i] = float64(x)
		}
		return out
	}
	panic(fmt.Sprintf("%T", v))
}

func TestWrapErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		build func(m *maker) (*gorgonia.Node, gorgonia.Nodes)
		want  string
	}{
		{"nil cost", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) { return nil, nil }, "the cost is nil"},
		{"cost is an input", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x := m.input("x", 0, 1)
			return x, gorgonia.Nodes{x}
		}, "is an input"},
		{"inputs merged by name", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			a, b := m.input("w", 0, 1, 3), m.input("w", 0, 1, 3)
			return must(gorgonia.Sum(must(gorgonia.HadamardProd(a, b)))), gorgonia.Nodes{a, b}
		}, "inputs 1 and 2 are one node, w"},
		{"inputs merged without a name", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			vector := func() *gorgonia.Node {
				return gorgonia.NewVector(m.g, m.dtype, gorgonia.WithShape(3), gorgonia.WithValue(m.dense(0, 1, 3)))
			}
			a, b := vector(), vector()
			return must(gorgonia.Sum(must(gorgonia.HadamardProd(a, b)))), gorgonia.Nodes{a, b}
		}, "inputs 1 and 2 are one node, unnamed"},
		{"inner node", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			y := must(gorgonia.Square(m.input("x", 0, 1, 3)))
			return must(gorgonia.Sum(y)), gorgonia.Nodes{y}
		}, "computed by an operation: want an input"},
		{"no value", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x := gorgonia.NewVector(m.g, m.dtype, gorgonia.WithName("x"), gorgonia.WithShape(3))
			return must(gorgonia.Sum(x)), gorgonia.Nodes{x}
		}, "input 1: x has no value"},
		{"an input beside wrt has no value", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x, y := m.input("x", 0, 1, 3), gorgonia.NewVector(m.g, m.dtype, gorgonia.WithName("y"), gorgonia.WithShape(3))
			return must(gorgonia.Sum(must(gorgonia.HadamardProd(x, y)))), gorgonia.Nodes{x}
		}, "input y has no value"},
		{"wrong shape", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x := gorgonia.NewVector(m.g, m.dtype, gorgonia.WithName("x"), gorgonia.WithShape(3),
				gorgonia.WithValue(m.dense(0, 1, 4)))
			return must(gorgonia.Sum(x)), gorgonia.Nodes{x}
		}, "input x of shape (3) holds a value of shape (4)"},
		{"another graph", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			return must(gorgonia.Sum(m.input("x", 0, 1, 3))), gorgonia.Nodes{newMaker(m.dtype).input("y", 0, 1, 3)}
		}, "y is not in the graph of the cost"},
		{"unrelated input", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			return must(gorgonia.Sum(m.input("x", 0, 1, 3))), gorgonia.Nodes{m.input("y", 0, 1, 3)}
		}, "does not depend on y"},
		{"nil input", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			return must(gorgonia.Sum(m.input("x", 0, 1, 3))), gorgonia.Nodes{nil}
		}, "a nil node"},
		{"integers", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			k := gorgonia.NewVector(m.g, tensor.Int, gorgonia.WithName("k"), gorgonia.WithShape(2),
				gorgonia.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]int{1, 0}))))
			x := m.input("x", 0, 1, 3, 2)
			return must(gorgonia.Sum(must(gorgonia.ByIndices(x, k, 0)))), gorgonia.Nodes{k}
		}, "k is of type int"},
		{"integer cost", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			k := gorgonia.NewScalar(m.g, tensor.Int, gorgonia.WithName("k"), gorgonia.WithValue(3))
			return must(gorgonia.Mul(k, k)), gorgonia.Nodes{k}
		}, "is of type int: want float64 or float32"},
		{"shared memory", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			all := make([]float64, 5)
			part := func(name string, s []float64) *gorgonia.Node {
				return gorgonia.NewVector(m.g, tensor.Float64, gorgonia.WithName(name), gorgonia.WithShape(3),
					gorgonia.WithValue(tensor.New(tensor.WithShape(3), tensor.WithBacking(s))))
			}
			a, b := part("a", all[:3]), part("b", all[2:])
			return must(gorgonia.Sum(must(gorgonia.HadamardProd(a, b)))), gorgonia.Nodes{b}
		}, "inputs b and a share memory"},
		{"Grad of another cost before", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x := m.input("x", 0, 1, 3)
			first, second := must(gorgonia.Sum(must(gorgonia.Square(x)))), must(gorgonia.Sum(must(gorgonia.Cube(x))))
			if _, err := gorgonia.Grad(first, x); err != nil {
				panic(err)
			}
			if _, err := gorgonia.Grad(second, x); err != nil {
				panic(err)
			}
			return second, gorgonia.Nodes{x}
		}, "for input x is not that of cost Σ[0] %4 (scalar): a second Grad in one graph returns"},
		{"Grads of two costs for biases that are one node", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			// As a stack of autoencoders has them, pretrained layer by layer.
			x := m.input("x", 0, 1, 3)
			var cost *gorgonia.Node
			var b gorgonia.Nodes
			for range 2 {
				bias := gorgonia.NewVector(m.g, m.dtype, gorgonia.WithShape(3), gorgonia.WithInit(gorgonia.Zeroes()))
				x = must(gorgonia.Tanh(must(gorgonia.Add(x, bias))))
				cost = must(gorgonia.Sum(must(gorgonia.Square(x))))
				if _, err := gorgonia.Grad(cost, bias); err != nil {
					panic(err)
				}
				b = gorgonia.Nodes{bias}
			}
			return cost, b
		}, "of those without a name Gorgonia makes one node for each shape"},
		{"Grad of a cost with this one inside", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x := m.input("x", 0, 1, 3)
			part := must(gorgonia.Sum(must(gorgonia.Square(x))))
			if _, err := gorgonia.Grad(must(gorgonia.Add(part, must(gorgonia.Sum(x)))), x); err != nil {
				panic(err)
			}
			return part, gorgonia.Nodes{x}
		}, "a second Grad in one graph returns the first cost's gradient"},
		{"no gradient", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x := m.input("x", 0, 1, 3)
			return must(gorgonia.Sum(must(gorgonia.Floor(x)))), gorgonia.Nodes{x}
		}, "differentiate: Non Differentiable WRTs: map[x"},
		{"operation without a derivative", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x := m.input("x", 0, 1, 1, 3, 2, 2)
			return must(gorgonia.Sum(must(gorgonia.GlobalAveragePool2D(x)))), gorgonia.Nodes{x}
		}, "the operation GlobalAveragePool (*gorgonia.globalAveragePoolOp) cannot be differentiated by Gorgonia: " +
			"differentiate: panic: runtime error: index out of range"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cost, wrt := c.build(newMaker(tensor.Float64))
			_, err := graph.Wrap(cost, wrt...)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v: want %q", err, c.want)
			}
		})
	}
}

// The first cost's gradient nodes stay right when a second Grad follows.
func TestFirstCostAfterSecondGrad(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 3)
	first, second := must(gorgonia.Sum(must(gorgonia.Square(x)))), must(gorgonia.Sum(must(gorgonia.Cube(x))))
	for _, cost := range []*gorgonia.Node{first, second} {
		if _, err := gorgonia.Grad(cost, x); err != nil {
			t.Fatal(err)
		}
	}
	w, err := graph.Wrap(first, x)
	if err != nil {
		t.Fatal(err)
	}
	wantNear(t, "gradient", gradient(t, w), central(t, w, 1e-5), 1e-8)
}

// A Grad for one input only, and nodes of the user's between, do not keep Wrap
// from the others.
func TestGradForSomeInputs(t *testing.T) {
	m := newMaker(tensor.Float64)
	x, y := m.input("x", 1, 2, 3), m.input("y", 1, 2, 3)
	a := must(gorgonia.HadamardProd(x, y))
	must(gorgonia.Exp(a))
	cost := must(gorgonia.Sum(must(gorgonia.Add(must(gorgonia.Square(a)), must(gorgonia.Add(must(gorgonia.Cube(a)), a))))))
	if _, err := gorgonia.Grad(cost, x); err != nil {
		t.Fatal(err)
	}
	w, err := graph.Wrap(cost, y, x)
	if err != nil {
		t.Fatal(err)
	}
	wantNear(t, "gradient", gradient(t, w), central(t, w, 1e-5), 1e-7)
}

func TestLayout(t *testing.T) {
	m := newMaker(tensor.Float64)
	s, a, b := m.input("s", 1, 2), m.input("w", 0, 1, 2, 3), m.input("w", 0, 1, 3)
	c := gorgonia.NewVector(m.g, tensor.Float64, gorgonia.WithShape(2), gorgonia.WithValue(m.dense(0, 1, 2)))
	cost := must(gorgonia.Mul(s, must(gorgonia.Sum(must(gorgonia.HadamardProd(must(gorgonia.Mul(a, b)), c))))))
	w, err := graph.Wrap(cost, s, a, b, c)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(w.Layout()), "[{s []} {w [2 3]} {w(2) [3]} {input4 [2]}]"; got != want {
		t.Errorf("layout %v: want %v", got, want)
	}
	wantNear(t, "gradient", gradient(t, w), central(t, w, 1e-5), 1e-8)
}

func TestDefaultInputs(t *testing.T) {
	build := func() (m *maker, x, w, cost *gorgonia.Node) {
		m = newMaker(tensor.Float64)
		x, w = m.input("x", 0, 1, 3), m.input("w", 0, 1, 3)
		step := must(gorgonia.Gt(x, m.input("threshold", 0, 1, 3), true))
		return m, x, w, must(gorgonia.Sum(must(gorgonia.HadamardProd(must(gorgonia.HadamardProd(x, w)), step))))
	}
	names := func(cost *gorgonia.Node) string {
		w, err := graph.Wrap(cost)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, p := range w.Layout() {
			out = append(out, p.Name)
		}
		return strings.Join(out, " ")
	}
	_, _, w, cost := build()
	if got, want := names(cost), "x w"; got != want {
		t.Errorf("without a Grad: inputs %q: want %q", got, want)
	}
	if _, err := gorgonia.Grad(cost, w); err != nil {
		t.Fatal(err)
	}
	if got, want := names(cost), "w"; got != want {
		t.Errorf("after a Grad for w: inputs %q: want %q", got, want)
	}
}

// Values are those that the nodes hold, set in place, whatever the order they
// are stored in.
func TestValues(t *testing.T) {
	backing := []float64{1, 2, 3, 4, 5, 6}
	g := gorgonia.NewGraph()
	value := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(backing))
	if err := value.T(); err != nil { // 3×2, stored by columns
		t.Fatal(err)
	}
	x := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("x"), gorgonia.WithShape(3, 2), gorgonia.WithValue(value))
	s := gorgonia.NewScalar(g, tensor.Float32, gorgonia.WithName("s"), gorgonia.WithValue(float32(0.5)))
	cost := must(gorgonia.Sum(must(gorgonia.Slice(must(gorgonia.Square(x)), gorgonia.S(1)))))
	w, err := graph.Wrap(cost, x)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{1, 4, 2, 5, 3, 6} {
		if got := w.At(i); got != want {
			t.Errorf("element %d is %v: want %v", i, got, want)
		}
	}
	w.Set(1, 40)
	if backing[3] != 40 {
		t.Errorf("the slice is %v after element [0,1] was set to 40", backing)
	}
	if err := gorgonia.Let(x,
		tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]float64{7, 8, 9, 10, 11, 12}))); err != nil {
		t.Fatal(err)
	}
	if got := w.At(2); got != 9 {
		t.Errorf("element 2 is %v after Let: want 9", got)
	}
	if got, want := loss(t, w), 81.0+100; got != want {
		t.Errorf("loss %v after Let: want %v", got, want)
	}
	single, err := graph.Wrap(must(gorgonia.Square(s)), s)
	if err != nil {
		t.Fatal(err)
	}
	single.Set(0, 0.1)
	if got := single.At(0); got != float64(float32(0.1)) {
		t.Errorf("a float32 input set to 0.1 is %v", got)
	}
	if got := *s.Value().(*gorgonia.F32); got != 0.1 {
		t.Errorf("the scalar node holds %v: want 0.1", got)
	}
}

// Graphs that share one tensor see each other's changes.
func TestSharedWeights(t *testing.T) {
	weights := tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{1, 2}))
	var w [2]*graph.Wrapped
	for k := range w {
		x := gorgonia.NewVector(gorgonia.NewGraph(), tensor.Float64, gorgonia.WithName("x"),
			gorgonia.WithShape(2), gorgonia.WithValue(weights))
		var err error
		if w[k], err = graph.Wrap(must(gorgonia.Sum(must(gorgonia.Square(x)))), x); err != nil {
			t.Fatal(err)
		}
	}
	w[0].Set(0, 3)
	if got := loss(t, w[1]); got != 13 {
		t.Errorf("loss %v: want 13", got)
	}
	wantNear(t, "gradient", gradient(t, w[1]), []float64{6, 4}, 0)
}

// The user's machine may go on with bound dual values, whose gradients add up
// over its runs.
func TestBoundDualValues(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 3)
	cost := must(gorgonia.Sum(must(gorgonia.Square(x))))
	if _, err := gorgonia.Grad(cost, x); err != nil {
		t.Fatal(err)
	}
	w, err := graph.Wrap(cost, x)
	if err != nil {
		t.Fatal(err)
	}
	want := gradient(t, w)
	vm := gorgonia.NewTapeMachine(m.g, gorgonia.BindDualValues(x))
	for range 3 {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		wantNear(t, "gradient", gradient(t, w), want, 0)
		vm.Reset()
	}
	again, err := graph.Wrap(cost, x)
	if err != nil {
		t.Fatal(err)
	}
	wantNear(t, "gradient of a graph that has run", gradient(t, again), want, 0)
}

// Reshape shares its input's memory, and the addition after it writes its sum
// there.
func TestOverwrittenInput(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 2, 3)
	flat := must(gorgonia.Reshape(x, tensor.Shape{6}))
	w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Add(flat, m.constant(1))))), x)
	if err != nil {
		t.Fatal(err)
	}
	before := w.At(0)
	const want = "overwritten input x (its values are restored): " +
		"node + false(%1, %2) :: Vector float64 writes its result there"
	if _, err := w.Loss(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("loss: error %v: want %q", err, want)
	}
	if err := w.Gradient(make([]float64, 6)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("gradient: error %v: want %q", err, want)
	}
	machine, err := w.WithTapeMachine()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := machine.Loss(); err == nil || !strings.Contains(err.Error(), "input x has changed") {
		t.Errorf("loss of the machine: error %v: want that x has changed", err)
	}
	if w.At(0) != before {
		t.Errorf("element 0 is %v after the errors: want %v", w.At(0), before)
	}
}

// An addition over a reshaped constant writes its sum there: with every run, of
// Gorgonia's machine too, the constant is another.
func TestOverwrittenConstant(t *testing.T) {
	m := newMaker(tensor.Float64)
	x, held := m.input("x", 1, 2, 6), m.dense(1, 2, 2, 3)
	before := slices.Clone(toFloats(held))
	c := m.g.AddNode(gorgonia.NewConstant(held, gorgonia.WithName("c")))
	w, err := graph.Wrap(
		must(gorgonia.Sum(must(gorgonia.Square(must(gorgonia.Add(must(gorgonia.Reshape(c, tensor.Shape{6})), x)))))), x)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := w.Loss(); err == nil ||
			!strings.Contains(err.Error(), "overwritten constant c (its values are restored): node + false(%2, %0)") {
			t.Errorf("error %v: want that the constant is overwritten", err)
		}
	}
	wantNear(t, "the user's constant", toFloats(held), before, 0)
}

// faulty is an operation that panics in one of its methods.
type faulty struct {
	gorgonia.Iop
	building bool
}

func (f faulty) DiffWRT(int) []bool { return []bool{true} }

func (f faulty) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	if f.building {
		panic("no derivative today")
	}
	return gorgonia.Nodes{grad}, nil
}

func (f faulty) Do(...gorgonia.Value) (gorgonia.Value, error) { panic("no value today") }

func (f faulty) Arity() int     { return 1 }
func (f faulty) String() string { return "faulty" }

func TestPanics(t *testing.T) {
	for _, c := range []struct {
		name string
		op   faulty
		want string
	}{
		{"in a run", faulty{}, "faulty(%0) :: float64: panic: no value today"},
		{"in Grad", faulty{building: true}, "differentiate: graph_test.faulty: panic: no derivative today"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newMaker(tensor.Float64).input("x", 1, 2)
			w, err := graph.Wrap(must(gorgonia.Square(must(gorgonia.ApplyOp(c.op, x)))), x)
			if err == nil {
				_, err = w.Loss()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v: want %q", err, c.want)
			}
		})
	}
}
