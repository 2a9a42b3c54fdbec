package audit

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// hazard is a fault in how graphs are built and run, rather than in an operation.
type hazard struct {
	name    string
	text    string
	instead string // what to do
	want    []float64
	// run returns the numbers that a graph computes, written as one would, or as
	// instead says. It panics where there is an error.
	run func(instead bool) []float64
}

// row returns the hazard's row with two empty outcomes: of the graph as one would
// write it, and as instead says.
func (h *hazard) row() Row {
	return Row{Type: TypeHazard, Op: h.name, Variant: h.text, Instead: h.instead,
		Outcomes: []Outcome{{Cell: "as written"}, {Cell: "instead"}}}
}

// outcome runs graph k of the row.
func (h *hazard) outcome(k int) Outcome {
	o := h.row().Outcomes[k]
	var got []float64
	if err := try(func() error { got = h.run(k == 1); return nil }); err != nil {
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
		run: func(instead bool) []float64 {
			x := vector("x", 2)
			first := must(gorgonia.Sum(must(gorgonia.Mul(must(gorgonia.Square(x)), gorgonia.NewConstant(3.0)))))
			more := must(gorgonia.Sum(must(gorgonia.Mul(must(gorgonia.Cube(x)), gorgonia.NewConstant(1.5)))))
			second := must(gorgonia.Add(first, more))
			if !instead {
				grad(first, x)
			}
			return ran(grad(second, x))
		},
	},
	{
		name: "accumulation", text: "Gradients bound by BindDualValues add up over runs",
		instead: "zero them before each run, or read the nodes that Grad returns",
		want:    []float64{6, 6}, // at 3, of x²
		run: func(instead bool) (got []float64) {
			x := vector("x", 3)
			grad(must(gorgonia.Sum(must(gorgonia.Square(x)))), x)
			vm := gorgonia.NewTapeMachine(x.Graph(), gorgonia.BindDualValues(x))
			defer vm.Close()
			for range 2 {
				check(vm.RunAll())
				d, err := x.Grad()
				check(err)
				if got = append(got, numbers(d)...); instead {
					gorgonia.ZeroValue(d)
				}
				vm.Reset()
			}
			return got
		},
	},
	{
		name: "no Reset", text: "A second RunAll does nothing, without an error",
		instead: "vm.Reset() after every run",
		want:    []float64{4, 9}, // x² at 2 and at 3
		run: func(instead bool) (got []float64) {
			x := gorgonia.NewScalar(gorgonia.NewGraph(), gorgonia.Float64, gorgonia.WithName("x"))
			y := must(gorgonia.Square(x))
			vm := gorgonia.NewTapeMachine(x.Graph())
			defer vm.Close()
			for _, v := range []float64{2, 3} {
				check(gorgonia.Let(x, v))
				check(vm.RunAll())
				if got = append(got, numbers(y.Value())...); instead {
					vm.Reset()
				}
			}
			return got
		},
	},
	{
		name: "merged names", text: "Two inputs of one name and shape, or two without a name, become one node",
		instead: "give every node a name of its own",
		want:    []float64{5}, // 2 + 3
		run: func(instead bool) []float64 {
			x, name := vector("x", 2), "x"
			if instead {
				name = "y"
			}
			return ran(must(gorgonia.Add(x, leaf(x.Graph(), name, array{[]int{1}, []float64{3}}, gorgonia.Float64))))
		},
	},
	{
		name: "merged operations", text: "SoftMax(x) and LogSoftMax(x) become one node",
		instead: "l = LogSoftMax(x), p = Exp(l)",
		want:    []float64{0.5, 0.5, -0.6931471805599453, -0.6931471805599453}, // of two equal elements, ½ and ln ½
		run: func(instead bool) []float64 {
			x := vector("x", 1, 1)
			if instead {
				l := must(gorgonia.LogSoftMax(x))
				return ran(must(gorgonia.Exp(l)), l)
			}
			return ran(must(gorgonia.SoftMax(x)), must(gorgonia.LogSoftMax(x)))
		},
	},
	{
		name: "merged slices", text: "Slices whose ends agree modulo 256 become one node",
		instead: "cut in two steps, as v[255:300] and of that [1:3]",
		want:    []float64{0, 1, 256, 257},
		run: func(instead bool) []float64 {
			v := vector("v", fill([]int{300}, func(at []int) float64 { return float64(at[0]) }).Data...)
			of, from := v, 256
			if instead {
				of, from = must(gorgonia.Slice(v, gorgonia.S(255, 300))), 1
			}
			return ran(must(gorgonia.Slice(v, gorgonia.S(0, 2))), must(gorgonia.Slice(of, gorgonia.S(from, from+2))))
		},
	},
	{
		name:    "overwritten input",
		text:    "Reshape shares memory, and what comes after it writes into the input and the caller's slice",
		instead: "put Reshape last, or give a copy",
		want:    []float64{1, 2},
		run: func(instead bool) []float64 {
			data := []float64{1, 2}
			x := gorgonia.NewMatrix(gorgonia.NewGraph(), gorgonia.Float64, gorgonia.WithShape(1, 2), gorgonia.WithName("x"),
				gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking(data))))
			one := gorgonia.NewConstant(1.0)
			if instead {
				ran(must(gorgonia.Reshape(must(gorgonia.Add(x, one)), tensor.Shape{2})))
			} else {
				ran(must(gorgonia.Add(must(gorgonia.Reshape(x, tensor.Shape{2})), one)))
			}
			return data
		},
	},
	{
		name: "overwritten node", text: "The value of an inner node may be overwritten by a later operation",
		instead: "take it with gorgonia.Read",
		want:    []float64{2, 3}, // x + 1
		run: func(instead bool) []float64 {
			a := must(gorgonia.Add(vector("x", 1, 2), gorgonia.NewConstant(1.0)))
			var kept gorgonia.Value
			if instead {
				gorgonia.Read(a, &kept)
			}
			must(gorgonia.Add(a, gorgonia.NewConstant(5.0)))
			got := ran(a)
			if instead {
				return numbers(kept)
			}
			return got
		},
	},
	{
		name: "overwritten SoftMax", text: "Log(SoftMax(x)) becomes LogSoftMax in place, and the softmax is lost",
		instead: "gorgonia.UseNonStable(), or l = LogSoftMax(x), p = Exp(l)",
		want:    []float64{0.5, 0.5},
		run: func(instead bool) []float64 {
			x := vector("x", 1, 1)
			if instead {
				return ran(must(gorgonia.Exp(must(gorgonia.LogSoftMax(x)))))
			}
			p := must(gorgonia.SoftMax(x))
			must(gorgonia.Log(p))
			return ran(p)
		},
	},
	{
		name: "wrong shape", text: "WithValue takes a value of another shape without an error",
		instead: "leave WithShape out, or bind with Let, which checks it",
		want:    []float64{0}, // elements that the shape promises and the value has not
		run: func(instead bool) []float64 {
			v := tensor.New(tensor.WithBacking([]float64{1, 2}))
			x := gorgonia.NewVector(gorgonia.NewGraph(), gorgonia.Float64, gorgonia.WithShape(3), gorgonia.WithName("x"))
			bind := func() error { gorgonia.WithValue(v)(x); return nil }
			if instead {
				bind = func() error { return gorgonia.Let(x, v) }
			}
			if try(func() error { check(bind()); ran(must(gorgonia.Sum(x))); return nil }) != nil {
				return []float64{0}
			}
			return []float64{float64(x.Shape().TotalSize() - v.Shape().TotalSize())}
		},
	},
}

// check panics with an error that is not nil.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must(n *gorgonia.Node, err error) *gorgonia.Node { return gorgonia.Must(n, err) }

// vector returns a vector, which is the leaf of a new graph.
func vector(name string, x ...float64) *gorgonia.Node {
	return leaf(gorgonia.NewGraph(), name, array{[]int{len(x)}, x}, gorgonia.Float64)
}

// grad returns the node of the derivative of a cost.
func grad(cost, x *gorgonia.Node) *gorgonia.Node {
	all, err := gorgonia.Grad(cost, x)
	check(err)
	return all[0]
}

// numbers returns the elements of a value.
func numbers(v gorgonia.Value) []float64 {
	a, err := arrayOf(v)
	check(err)
	return a.Data
}

// ran runs the nodes' graph once and returns their elements.
func ran(nodes ...*gorgonia.Node) (got []float64) {
	vm := gorgonia.NewTapeMachine(nodes[0].Graph())
	defer vm.Close()
	check(vm.RunAll())
	for _, n := range nodes {
		got = append(got, numbers(n.Value())...)
	}
	return got
}
