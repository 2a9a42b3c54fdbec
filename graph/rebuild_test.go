package graph_test

import (
	"errors"
	"io"
	"log"
	"maps"
	"math"
	"strings"
	"sync"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph"
)

// The derivative of GroupNorm prints what it is given.
func init() { log.SetOutput(io.Discard) }

// wider are further operations that Float64 must be able to make anew, each
// with a gradient that Gorgonia may have wrong: only values are compared.
var wider = map[string]func(m *maker, x *gorgonia.Node) *gorgonia.Node{
	"sign, ceil, floor": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		a := must(gorgonia.Add(must(gorgonia.Sign(x)), must(gorgonia.Ceil(x))))
		return must(gorgonia.HadamardProd(x, must(gorgonia.Add(a, must(gorgonia.Floor(x))))))
	},
	"sin, cos, log2": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.Add(must(gorgonia.Sin(x)),
			must(gorgonia.HadamardProd(must(gorgonia.Cos(x)), must(gorgonia.Log2(x))))))
	},
	"inverses": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.Add(must(gorgonia.Inverse(x)), must(gorgonia.InverseSqrt(x))))
	},
	"log1p, expm1": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.Sub(must(gorgonia.Log1p(x)), must(gorgonia.Expm1(x))))
	},
	"comparisons": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		y := m.input("y", 1, 2, 3, 4)
		s := must(gorgonia.Gte(x, y, true))
		for _, c := range []func(a, b *gorgonia.Node, retSame bool) (*gorgonia.Node, error){
			gorgonia.Lt, gorgonia.Gt, gorgonia.Lte, gorgonia.Eq, gorgonia.Ne,
		} {
			s = must(gorgonia.Add(must(gorgonia.Add(s, s)), must(c(x, y, true))))
		}
		return must(gorgonia.HadamardProd(x, s))
	},
	"leaky, maximum": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		l := must(gorgonia.LeakyRelu(must(gorgonia.Sub(x, m.constant(1.5))), 0.1))
		return must(gorgonia.HadamardProd(must(gorgonia.Max(x)), l))
	},
	"tensordot": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.Tensordot([]int{1}, []int{0}, x, m.input("y", 1, 2, 4, 2)))
	},
	"by indices": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		k := gorgonia.NewVector(m.g, tensor.Int, gorgonia.WithName("k"), gorgonia.WithShape(2),
			gorgonia.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]int{2, 0}))))
		return must(gorgonia.ByIndices(x, k, 0))
	},
	"tensor constant": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.HadamardProd(x, gorgonia.NewConstant(m.dense(1, 2, 3, 4), gorgonia.WithName("c"))))
	},
	// The constant's shape must outlive the making of a node of another shape.
	"tensor constant before an input": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		c := m.g.AddNode(gorgonia.NewConstant(m.dense(1, 2, 3, 4), gorgonia.WithName("c")))
		y := m.input("y", 1, 2, 4, 2)
		return must(gorgonia.Mul(must(gorgonia.HadamardProd(x, c)), y))
	},
	"average pooling": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		p := must(gorgonia.Reshape(must(gorgonia.Square(x)), tensor.Shape{1, 1, 3, 4}))
		return must(gorgonia.AveragePool2D(p, tensor.Shape{2, 2}, []int{0, 0}, []int{1, 1}))
	},
	"upsampling": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.Upsample2D(must(gorgonia.Reshape(must(gorgonia.Square(x)), tensor.Shape{1, 1, 3, 4})), 2))
	},
	"between": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		y := m.input("y", 1, 2, 3, 4)
		return must(gorgonia.Add(must(gorgonia.MinBetween(x, y)), must(gorgonia.Square(must(gorgonia.MaxBetween(x, y))))))
	},
	"batch normalization": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		y, _, _, _, err := gorgonia.BatchNorm(x, m.input("γ", 1, 2, 3, 4), m.input("β", 1, 2, 3, 4), 0.9, 1e-5)
		return must(gorgonia.HadamardProd(must(y, err), m.input("c", 1, 2, 3, 4)))
	},
	"group normalization": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		y := must(gorgonia.GroupNorm(x, m.input("γ", 1, 2, 1, 4), m.input("β", 1, 2, 1, 4), 2, 4, 1e-5))
		return must(gorgonia.HadamardProd(y, m.input("c", 1, 2, 3, 4)))
	},
	"connectionist temporal classification": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		l := must(gorgonia.LogSoftMax(must(gorgonia.Reshape(must(gorgonia.Square(x)), tensor.Shape{3, 1, 4})), 2))
		targets := gorgonia.NewMatrix(m.g, tensor.Int, gorgonia.WithName("targets"), gorgonia.WithShape(1, 2),
			gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]int{1, 3}))))
		return must(gorgonia.CTCLoss(l, targets, ints(m, "lengths", 3), ints(m, "target lengths", 2), gorgonia.ReductionSum))
	},
	"conversion": func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		k := gorgonia.NewMatrix(m.g, tensor.Int, gorgonia.WithName("k"), gorgonia.WithShape(3, 4),
			gorgonia.WithValue(tensor.New(tensor.WithShape(3, 4), tensor.WithBacking(tensor.Range(tensor.Int, 0, 12)))))
		return must(gorgonia.HadamardProd(x, must(gorgonia.ConvType(k, tensor.Int, m.dtype))))
	},
}

// all returns costs and the sums of wider.
func all() map[string]func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
	all := maps.Clone(costs)
	for name, build := range wider {
		all[name] = func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x := m.input("x", 1, 2, 3, 4)
			return must(gorgonia.Sum(build(m, x))), gorgonia.Nodes{x}
		}
	}
	return all
}

// A float32 graph in float64 gives what the same graph built in float64 gives
// on the float32 values.
func TestFloat64(t *testing.T) {
	for name, build := range all() {
		t.Run(name, func(t *testing.T) {
			var w [2]*graph.Wrapped
			var nodes [2]gorgonia.Nodes
			for k, dtype := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
				cost, wrt := build(newMaker(dtype))
				if dtype == tensor.Float64 {
					for i, n := range cost.Graph().Inputs() {
						round(t, n, nodes[0][i].Value())
					}
					roundConstants(cost.Graph())
				}
				nodes[k] = cost.Graph().Inputs()
				var err error
				if w[k], err = graph.Wrap(cost, wrt...); err != nil {
					t.Fatal(err)
				}
			}
			wide, err := w[0].Float64()
			if err != nil {
				t.Fatal(err)
			}
			if wide.(*graph.Wrapped).Float32() {
				t.Error("the rebuilt graph is float32")
			}
			for i := range wide.Layout().Len() {
				if wide.At(i) != w[0].At(i) {
					t.Fatalf("element %d is %v: want %v", i, wide.At(i), w[0].At(i))
				}
			}
			const tol = 1e-13
			want := loss(t, w[1])
			if got := loss(t, wide); math.Abs(got-want) > tol*math.Abs(want) {
				t.Errorf("loss %v: want %v", got, want)
			}
			wantNear(t, "gradient", gradient(t, wide), gradient(t, w[1]), tol)
			// Nothing is shared.
			wide.Set(0, wide.At(0)+1)
			if w[0].At(0) == wide.At(0) {
				t.Error("the rebuilt graph shares its values")
			}
		})
	}
}

// round gives a float64 input the values of a float32 input.
func round(t *testing.T, n *gorgonia.Node, single gorgonia.Value) {
	t.Helper()
	switch v := n.Value().(type) {
	case *gorgonia.F64:
		*v = gorgonia.F64(toFloats(single)[0])
	case *tensor.Dense:
		if v.Dtype() == tensor.Float64 {
			copy(v.Float64s(), toFloats(single))
		}
	}
}

func roundConstants(g *gorgonia.ExprGraph) {
	for _, n := range g.AllNodes() {
		if n.Op() == nil || len(toNodes(g, n)) > 0 {
			continue
		}
		switch v := n.Value().(type) {
		case *gorgonia.F64:
			*v = gorgonia.F64(float32(*v))
		case *tensor.Dense:
			if v.Dtype() == tensor.Float64 {
				for i, x := range v.Float64s() {
					v.Float64s()[i] = float64(float32(x))
				}
			}
		}
	}
}

func toNodes(g *gorgonia.ExprGraph, n *gorgonia.Node) (out gorgonia.Nodes) {
	for it := g.From(n.ID()); it.Next(); {
		out = append(out, it.Node().(*gorgonia.Node))
	}
	return out
}

// An operation that is not Gorgonia's own has no float64 version and no copy.
func TestCustomOperation(t *testing.T) {
	m := newMaker(tensor.Float32)
	x := m.input("x", 1, 2)
	w, err := graph.Wrap(must(gorgonia.Square(must(gorgonia.ApplyOp(faulty{}, x)))), x)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Float64(); err == nil || !strings.Contains(err.Error(), "the operation faulty") {
		t.Errorf("Float64: error %v: want the operation's name", err)
	}
	if _, err := w.Clone(); !errors.Is(err, errors.ErrUnsupported) ||
		!strings.Contains(err.Error(), "the operation faulty") {
		t.Errorf("Clone: error %v: want errors.ErrUnsupported and the operation's name", err)
	}
}

// Clones compute the same and share nothing, in goroutines of their own.
func TestClone(t *testing.T) {
	for name, build := range costs {
		t.Run(name, func(t *testing.T) {
			for _, given := range []bool{false, true} {
				cost, wrt := build(newMaker(tensor.Float64))
				if given {
					if _, err := gorgonia.Grad(cost, wrt...); err != nil {
						t.Fatal(err)
					}
				}
				w, err := graph.Wrap(cost, wrt...)
				if err != nil {
					t.Fatal(err)
				}
				want, f := gradient(t, w), loss(t, w)
				var group sync.WaitGroup
				for range 4 {
					c, err := w.Clone()
					if err != nil {
						t.Fatal(err)
					}
					group.Go(func() {
						got := make([]float64, len(want))
						for range 10 {
							if err := c.Gradient(got); err != nil {
								t.Error(err)
							}
							if l, err := c.Loss(); err != nil || l != f {
								t.Errorf("loss %v, %v: want %v", l, err, f)
							}
							wantNear(t, "gradient", got, want, 0)
						}
						c.Set(0, 1.25)
					})
				}
				for range 10 {
					wantNear(t, "gradient", gradient(t, w), want, 0)
				}
				group.Wait()
				if got := loss(t, w); got != f {
					t.Errorf("loss %v after clones were changed: want %v", got, f)
				}
			}
		})
	}
}
