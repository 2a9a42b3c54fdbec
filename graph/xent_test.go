package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph"
)

// BinaryXent's 1−p is taken out of the graph by Gorgonia when Log(1−p) is
// rewritten, and the index behind ExprGraph.From is wrong from then on.
func TestBinaryXent(t *testing.T) {
	for _, c := range []struct {
		name  string
		build func(m *maker) (p *gorgonia.Node, wrt gorgonia.Nodes)
	}{
		{"of a leaf", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			p := m.input("p", 0.2, 0.8, 4, 3)
			return p, gorgonia.Nodes{p}
		}},
		{"of a sigmoid", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x, w := m.input("x", -1, 1, 4, 2), m.input("w", -1, 1, 2, 3)
			return must(gorgonia.Sigmoid(must(gorgonia.Mul(x, w)))), gorgonia.Nodes{w}
		}},
		{"of a softmax", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x, w := m.input("x", -1, 1, 4, 2), m.input("w", -1, 1, 2, 3)
			return must(gorgonia.SoftMax(must(gorgonia.Mul(x, w)))), gorgonia.Nodes{w}
		}},
	} {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			for _, given := range []bool{false, true} {
				t.Run(fmt.Sprint(c.name, " ", dtype, ", own Grad ", given), func(t *testing.T) {
					m := newMaker(dtype)
					p, wrt := c.build(m)
					cost := must(gorgonia.Mean(must(gorgonia.BinaryXent(p, m.input("y", 0, 1, 4, 3)))))
					if given {
						if _, err := gorgonia.Grad(cost, wrt...); err != nil {
							t.Fatal(err)
						}
					}
					w, err := graph.Wrap(cost, wrt...)
					if err != nil {
						t.Fatal(err)
					}
					h, tol := 1e-5, 1e-8
					if dtype == tensor.Float32 {
						h, tol = 1e-2, 1e-2
					}
					wantNear(t, "gradient", gradient(t, w), central(t, w, h), tol)
				})
			}
		}
	}
}

// A node 1−p that is used besides Log(1−p) is another node afterwards, or
// none. The constant 1 has to be BinaryXent's for the rewriting to happen.
func TestTakenOut(t *testing.T) {
	for _, c := range []struct {
		name  string
		build func(q *gorgonia.Node) *gorgonia.Node
		want  string
	}{
		{"no node", func(q *gorgonia.Node) *gorgonia.Node {
			s := must(gorgonia.Sum(must(gorgonia.Square(q))))
			must(gorgonia.Log(q))
			return s
		}, "build 1−p a second time"},
		{"a cycle", func(q *gorgonia.Node) *gorgonia.Node {
			s := must(gorgonia.Square(q))
			l := must(gorgonia.Log(q))
			e := must(gorgonia.Exp(s)) // takes q's memory
			return must(gorgonia.Add(must(gorgonia.Sum(l)), must(gorgonia.Sum(e))))
		}, "build 1−p a second time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMaker(tensor.Float64)
			x, p := m.input("x", 0.2, 0.8, 3), m.input("p", 0.2, 0.8, 3)
			must(gorgonia.BinaryXent(x, p))
			cost := c.build(must(gorgonia.Sub(m.constant(1), p)))
			if _, err := graph.Wrap(cost, p); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v: want %q", err, c.want)
			}
		})
	}
}
