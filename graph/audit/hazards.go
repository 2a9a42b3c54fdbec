package audit

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// hazard is a fault of how graphs are built and run, beyond single operations.
type hazard struct {
	name    string
	text    string
	instead string // what to do
	want    []float64
	// run returns the numbers that a graph gives when it is written in the obvious
	// way, and when it is written as instead says.
	run func(instead bool) ([]float64, error)
}

// row is the hazard's row with two empty outcomes: for the graph written in the
// obvious way, and as instead says.
func (h *hazard) row() Row {
	return Row{Type: TypeHazard, Op: h.name, Variant: h.text, Instead: h.instead,
		Outcomes: []Outcome{{Cell: "as written"}, {Cell: "instead"}}}
}

// outcome runs graph k of the row.
func (h *hazard) outcome(k int) Outcome {
	o := h.row().Outcomes[k]
	var got []float64
	err := try(func() (err error) {
		got, err = h.run(k == 1)
		return err
	})
	if err != nil {
		o.fail(err)
		return o
	}
	o.Verdict = Right
	if len(got) != len(h.want) {
		o.Verdict, o.Note = WrongValue, fmt.Sprintf("%d numbers, want %d", len(got), len(h.want))
	} else if i := furthest(got, h.want, tolerance64, absolute64); i >= 0 {
		o.Verdict = WrongValue
		o.numbers(element("y", []int{len(got)}, i), got[i], h.want[i])
	}
	return o
}

var hazards = []hazard{
	{
		name: "second Grad", text: "A second Grad in one graph leaves out what goes through nodes of the first",
		instead: "one Grad a graph: build a graph for each cost, or differentiate a weighted sum of them",
		want:    []float64{30}, // at 2, of 3x² + 1.5x³
		run: func(instead bool) ([]float64, error) {
			x := scalar(gorgonia.NewGraph(), "x", 2)
			first := must(gorgonia.Mul(must(gorgonia.Square(x)), gorgonia.NewConstant(3.0)))
			second := must(
				gorgonia.Add(first, must(gorgonia.Mul(must(gorgonia.Cube(x)), gorgonia.NewConstant(1.5)))))
			if !instead {
				if _, err := gorgonia.Grad(first, x); err != nil {
					return nil, err
				}
			}
			grads, err := gorgonia.Grad(second, x)
			if err != nil {
				return nil, err
			}
			return ran(x.Graph(), grads[0])
		},
	},
	{
		name: "accumulation", text: "Gradients bound by BindDualValues add up over runs",
		instead: "zero them before each run, or read the nodes that Grad returns",
		want:    []float64{6, 6}, // at 3, of x²
		run: func(instead bool) (got []float64, err error) {
			x := scalar(gorgonia.NewGraph(), "x", 3)
			if _, err := gorgonia.Grad(must(gorgonia.Square(x)), x); err != nil {
				return nil, err
			}
			vm := gorgonia.NewTapeMachine(x.Graph(), gorgonia.BindDualValues(x))
			defer vm.Close()
			for range 2 {
				if err := vm.RunAll(); err != nil {
					return nil, err
				}
				d, err := x.Grad()
				if err != nil {
					return nil, err
				}
				a, err := arrayOf(d)
				if err != nil {
					return nil, err
				}
				got = append(got, a.Data...)
				if instead {
					gorgonia.ZeroValue(d)
				}
				vm.Reset()
			}
			return got, nil
		},
	},
	{
		name: "no Reset", text: "A second RunAll does nothing, without an error",
		instead: "vm.Reset() after every run",
		want:    []float64{4, 9}, // x² at 2 and at 3
		run: func(instead bool) (got []float64, err error) {
			g := gorgonia.NewGraph()
			x := gorgonia.NewScalar(g, gorgonia.Float64, gorgonia.WithName("x"))
			y := must(gorgonia.Square(x))
			vm := gorgonia.NewTapeMachine(g)
			defer vm.Close()
			for _, v := range []float64{2, 3} {
				if err := gorgonia.Let(x, v); err != nil {
					return nil, err
				}
				if err := vm.RunAll(); err != nil {
					return nil, err
				}
				a, err := arrayOf(y.Value())
				if err != nil {
					return nil, err
				}
				got = append(got, a.Data...)
				if instead {
					vm.Reset()
				}
			}
			return got, nil
		},
	},
	{
		name: "merged names", text: "Two inputs of one name and shape, or two without a name, become one node",
		instead: "give every node a name of its own",
		want:    []float64{5}, // 2 + 3
		run: func(instead bool) ([]float64, error) {
			g := gorgonia.NewGraph()
			second := "x"
			if instead {
				second = "y"
			}
			y := must(gorgonia.Add(scalar(g, "x", 2), scalar(g, second, 3)))
			return ran(g, y)
		},
	},
	{
		name: "merged operations", text: "SoftMax(x) and LogSoftMax(x) become one node",
		instead: "l = LogSoftMax(x), p = Exp(l)",
		want:    []float64{0.5, 0.5, -0.6931471805599453, -0.6931471805599453}, // of two equal elements, ½ and ln ½
		run: func(instead bool) ([]float64, error) {
			x := vector(gorgonia.NewGraph(), "x", 1, 1)
			if instead {
				l := must(gorgonia.LogSoftMax(x))
				return ran(x.Graph(), must(gorgonia.Exp(l)), l)
			}
			return ran(x.Graph(), must(gorgonia.SoftMax(x)), must(gorgonia.LogSoftMax(x)))
		},
	},
	{
		name: "merged slices", text: "Slices whose ends agree modulo 256 become one node",
		instead: "cut in two steps, as v[255:300] and of that [1:3]",
		want:    []float64{0, 1, 256, 257},
		run: func(instead bool) ([]float64, error) {
			x := make([]float64, 300)
			for i := range x {
				x[i] = float64(i)
			}
			v := vector(gorgonia.NewGraph(), "v", x...)
			of, from := v, 256
			if instead {
				of, from = must(gorgonia.Slice(v, gorgonia.S(255, 300))), 1
			}
			return ran(v.Graph(), must(gorgonia.Slice(v, gorgonia.S(0, 2))),
				must(gorgonia.Slice(of, gorgonia.S(from, from+2))))
		},
	},
	{
		name:    "overwritten input",
		text:    "Reshape shares memory, and what comes after it writes into the input and the caller's slice",
		instead: "put Reshape last, or give a copy",
		want:    []float64{1, 2},
		run: func(instead bool) ([]float64, error) {
			g := gorgonia.NewGraph()
			data := []float64{1, 2}
			x := gorgonia.NewMatrix(g, gorgonia.Float64, gorgonia.WithShape(1, 2), gorgonia.WithName("x"),
				gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking(data))))
			one := gorgonia.NewConstant(1.0)
			if instead {
				must(gorgonia.Reshape(must(gorgonia.Add(x, one)), tensor.Shape{2}))
			} else {
				must(gorgonia.Add(must(gorgonia.Reshape(x, tensor.Shape{2})), one))
			}
			_, err := ran(g)
			return data, err
		},
	},
	{
		name: "overwritten node", text: "The value of an inner node may be overwritten by a later operation",
		instead: "take it with gorgonia.Read",
		want:    []float64{2, 3}, // x + 1
		run: func(instead bool) ([]float64, error) {
			x := vector(gorgonia.NewGraph(), "x", 1, 2)
			a := must(gorgonia.Add(x, gorgonia.NewConstant(1.0)))
			var kept gorgonia.Value
			if instead {
				gorgonia.Read(a, &kept)
			}
			must(gorgonia.Add(a, gorgonia.NewConstant(5.0)))
			if !instead {
				return ran(x.Graph(), a)
			}
			if _, err := ran(x.Graph()); err != nil {
				return nil, err
			}
			e, err := arrayOf(kept)
			return e.Data, err
		},
	},
	{
		name: "overwritten SoftMax", text: "Log(SoftMax(x)) becomes LogSoftMax in place, and the softmax is lost",
		instead: "gorgonia.UseNonStable(), or l = LogSoftMax(x), p = Exp(l)",
		want:    []float64{0.5, 0.5},
		run: func(instead bool) ([]float64, error) {
			x := vector(gorgonia.NewGraph(), "x", 1, 1)
			if instead {
				return ran(x.Graph(), must(gorgonia.Exp(must(gorgonia.LogSoftMax(x)))))
			}
			p := must(gorgonia.SoftMax(x))
			must(gorgonia.Log(p))
			return ran(x.Graph(), p)
		},
	},
	{
		name: "wrong shape", text: "WithValue takes a value of another shape without an error",
		instead: "leave WithShape out, or bind with Let, which checks it",
		want:    []float64{0}, // elements that the shape promises and the value has not
		run: func(instead bool) ([]float64, error) {
			g := gorgonia.NewGraph()
			v := tensor.New(tensor.WithBacking([]float64{1, 2}))
			x := gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithShape(3), gorgonia.WithName("x"))
			if instead {
				if err := gorgonia.Let(x, v); err == nil {
					return nil, fmt.Errorf("no error")
				}
				return []float64{0}, nil
			}
			gorgonia.WithValue(v)(x)
			if _, err := ran(g, must(gorgonia.Sum(x))); err != nil {
				return []float64{0}, nil
			}
			return []float64{float64(x.Shape().TotalSize() - v.Shape().TotalSize())}, nil
		},
	},
}

// must is gorgonia.Must: it panics, which is reported as a failure.
func must(n *gorgonia.Node, err error) *gorgonia.Node { return gorgonia.Must(n, err) }

func scalar(g *gorgonia.ExprGraph, name string, x float64) *gorgonia.Node {
	return gorgonia.NewScalar(g, gorgonia.Float64, gorgonia.WithName(name), gorgonia.WithValue(x))
}

func vector(g *gorgonia.ExprGraph, name string, x ...float64) *gorgonia.Node {
	return gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithShape(len(x)), gorgonia.WithName(name),
		gorgonia.WithValue(tensor.New(tensor.WithBacking(x))))
}

// ran runs a graph once and returns the numbers of some of its nodes.
func ran(g *gorgonia.ExprGraph, nodes ...*gorgonia.Node) (got []float64, err error) {
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		return nil, err
	}
	for _, n := range nodes {
		a, err := arrayOf(n.Value())
		if err != nil {
			return nil, err
		}
		got = append(got, a.Data...)
	}
	return got, nil
}
