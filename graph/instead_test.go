package graph_test

import (
	"math"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// at returns the element of a row-major tensor.
func at(x []float64, shape []int, index ...int) float64 {
	k := 0
	for d, i := range index {
		k = k*shape[d] + i
	}
	return x[k]
}

// table makes the elements of a shape of rank four.
func table(shape [4]int, f func(i, j, k, l int) float64) (out []float64) {
	for i := range shape[0] {
		for j := range shape[1] {
			for k := range shape[2] {
				for l := range shape[3] {
					out = append(out, f(i, j, k, l))
				}
			}
		}
	}
	return out
}

func each(x []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = f(v)
	}
	return out
}

func average(x ...float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s / float64(len(x))
}

// constantFilter averages windows of h×w of each channel: a convolution of
// images of one channel.
func constantFilter(m *maker, x *gorgonia.Node, h, w int, stride []int) *gorgonia.Node {
	s := x.Shape()
	filter := gorgonia.NewTensor(m.g, m.dtype, 4, gorgonia.WithName("filter"), gorgonia.WithShape(1, 1, h, w), gorgonia.WithValue(m.dense(1/float64(h*w), 1/float64(h*w), 1, 1, h, w)))
	y := must(gorgonia.Conv2d(must(gorgonia.Reshape(x, tensor.Shape{s[0] * s[1], 1, s[2], s[3]})), filter, tensor.Shape{h, w}, []int{0, 0}, stride, []int{1, 1}))
	return must(gorgonia.Reshape(y, tensor.Shape{s[0], s[1], y.Shape()[2], y.Shape()[3]}))
}

// The expressions that are printed beside the faults have the value that plain
// Go gives, a gradient that passes the check, and no fault.
func TestInstead(t *testing.T) {
	type node = *gorgonia.Node
	four := []int{2, 2, 3, 2}
	matrix := func(x node, rows, columns int) node { return must(gorgonia.Reshape(x, tensor.Shape{rows, columns})) }
	swap := func(x node) node { return must(gorgonia.Transpose(x, 0, 1, 3, 2)) }
	norm := func(p float64) func(x, _ []float64) []float64 {
		return func(x, _ []float64) []float64 {
			s := 0.0
			for _, v := range x {
				s += math.Pow(math.Abs(v), p)
			}
			return []float64{math.Pow(s, 1/p)}
		}
	}
	for _, c := range []struct {
		op    string // of package faults
		name  string
		x, y  []int // shapes of the inputs; y is not used where it is nil
		low   float64
		build func(m *maker, x, y node) node
		want  func(x, y []float64) []float64
	}{
		{"Log2", "", []int{4}, nil, 0.5, func(m *maker, x, _ node) node {
			return must(gorgonia.HadamardProd(must(gorgonia.Log(x)), m.constant(1/math.Ln2)))
		}, func(x, _ []float64) []float64 { return each(x, math.Log2) }},
		{"InverseSqrt", "", []int{4}, nil, 0.5, func(_ *maker, x, _ node) node {
			return must(gorgonia.Inverse(must(gorgonia.Sqrt(x))))
		}, func(x, _ []float64) []float64 { return each(x, func(v float64) float64 { return 1 / math.Sqrt(v) }) }},
		{"MinBetween", "", []int{}, []int{}, -1, func(_ *maker, x, y node) node {
			return must(gorgonia.Sub(x, must(gorgonia.Rectify(must(gorgonia.Sub(x, y))))))
		}, func(x, y []float64) []float64 { return []float64{min(x[0], y[0])} }},
		{"MaxBetween", "", []int{}, []int{}, -1, func(_ *maker, x, y node) node {
			return must(gorgonia.Add(must(gorgonia.Rectify(must(gorgonia.Sub(x, y)))), y))
		}, func(x, y []float64) []float64 { return []float64{max(x[0], y[0])} }},
		{"Sum", "axis 2 of four", four, nil, -1, func(_ *maker, x, _ node) node { return must(gorgonia.Sum(swap(x), 3)) },
			func(x, _ []float64) []float64 {
				return table([4]int{2, 2, 2, 1}, func(i, j, k, _ int) float64 {
					return 3 * average(at(x, four, i, j, 0, k), at(x, four, i, j, 1, k), at(x, four, i, j, 2, k))
				})
			}},
		{"Sum", "axes 2 and 3", four, nil, -1, func(_ *maker, x, _ node) node { return must(gorgonia.Sum(must(gorgonia.Sum(x, 3)), 2)) },
			func(x, _ []float64) []float64 {
				return table([4]int{2, 2, 1, 1}, func(i, j, _, _ int) float64 {
					k := (2*i + j) * 6
					return 6 * average(x[k:k+6]...)
				})
			}},
		{"Max", "axis 2 of four", four, nil, -1, func(_ *maker, x, _ node) node { return must(gorgonia.Max(swap(x), 3)) },
			func(x, _ []float64) []float64 {
				return table([4]int{2, 2, 2, 1}, func(i, j, k, _ int) float64 {
					return max(at(x, four, i, j, 0, k), at(x, four, i, j, 1, k), at(x, four, i, j, 2, k))
				})
			}},
		{"Broadcast", "", four, []int{2, 2, 1, 2}, -1, func(_ *maker, x, y node) node {
			return swap(must(gorgonia.BroadcastHadamardProd(swap(x), swap(y), nil, []byte{3})))
		}, func(x, y []float64) []float64 {
			return table([4]int{2, 2, 3, 2}, func(i, j, k, l int) float64 { return at(x, four, i, j, k, l) * at(y, []int{2, 2, 1, 2}, i, j, 0, l) })
		}},
		{"LogSumExp", "", []int{2, 3}, nil, -1, func(_ *maker, x, _ node) node {
			return must(gorgonia.Mean(must(gorgonia.Sub(x, must(gorgonia.LogSoftMax(x, 1)))), 1))
		}, func(x, _ []float64) []float64 {
			e := each(x, math.Exp)
			return []float64{math.Log(e[0] + e[1] + e[2]), math.Log(e[3] + e[4] + e[5])}
		}},
		{"Norm", "1", []int{5}, nil, -1, func(_ *maker, x, _ node) node { return must(gorgonia.Sum(must(gorgonia.Abs(x)))) }, norm(1)},
		{"Norm", "3", []int{5}, nil, -1, func(m *maker, x, _ node) node {
			return must(gorgonia.Pow(must(gorgonia.Sum(must(gorgonia.Cube(must(gorgonia.Abs(x)))))), m.constant(1.0/3)))
		}, norm(3)},
		{"OuterProd", "", []int{2}, []int{3}, -1, func(_ *maker, x, y node) node { return must(gorgonia.Mul(matrix(x, 2, 1), matrix(y, 1, 3))) },
			func(x, y []float64) []float64 {
				return []float64{x[0] * y[0], x[0] * y[1], x[0] * y[2], x[1] * y[0], x[1] * y[1], x[1] * y[2]}
			}},
		{"Tensordot", "", []int{2, 3, 2}, []int{3, 2}, -1, func(_ *maker, x, y node) node { return must(gorgonia.Mul(matrix(x, 2, 6), matrix(y, 6, 1))) },
			func(x, y []float64) []float64 {
				out := make([]float64, 2)
				for i, v := range x {
					out[i/6] += v * y[i%6]
				}
				return out
			}},
		{"Tensordot", "a scalar", []int{3}, []int{3}, -1, func(_ *maker, x, y node) node {
			return must(gorgonia.Square(must(gorgonia.Sum(must(gorgonia.HadamardProd(x, y))))))
		}, func(x, y []float64) []float64 {
			s := x[0]*y[0] + x[1]*y[1] + x[2]*y[2]
			return []float64{s * s}
		}},
		{"At", "", []int{2, 3}, nil, -1, func(_ *maker, x, _ node) node {
			return must(gorgonia.Square(must(gorgonia.Slice(x, gorgonia.S(1), gorgonia.S(2)))))
		}, func(x, _ []float64) []float64 { return []float64{x[5] * x[5]} }},
		{"ByIndices", "a vector as a column", []int{4}, nil, -1, func(m *maker, x, _ node) node {
			return must(gorgonia.ByIndices(matrix(x, 4, 1), ints(m, "k", 2, 0), 0))
		},
			func(x, _ []float64) []float64 { return []float64{x[2], x[0]} }},
		{"ByIndices", "axis 1", []int{2, 4}, nil, -1, func(m *maker, x, _ node) node {
			return must(gorgonia.Transpose(must(gorgonia.ByIndices(must(gorgonia.Transpose(x)), ints(m, "k", 2, 0), 0))))
		}, func(x, _ []float64) []float64 { return []float64{x[2], x[0], x[6], x[4]} }},
		{"Slice", "", []int{6}, nil, -1, func(_ *maker, x, _ node) node { return must(gorgonia.Slice(x, gorgonia.S(0, 6, 2))) },
			func(x, _ []float64) []float64 { return []float64{x[0], x[2], x[4]} }},
		{"SoftMax", "", []int{3, 1}, nil, -1, func(_ *maker, x, _ node) node { return must(gorgonia.SoftMax(x, 0)) },
			func(x, _ []float64) []float64 {
				e := each(x, math.Exp)
				return each(e, func(v float64) float64 { return v / (e[0] + e[1] + e[2]) })
			}},
		{"Sparsemax", "axis 0 of two", []int{2, 2}, nil, -0.2, func(_ *maker, x, _ node) node {
			return must(gorgonia.Transpose(must(gorgonia.Sparsemax(must(gorgonia.Transpose(x))))))
		}, func(x, _ []float64) []float64 { // of two elements that differ by less than 1
			half := func(a, b float64) float64 { return min(max((1+a-b)/2, 0), 1) }
			return []float64{half(x[0], x[2]), half(x[1], x[3]), half(x[2], x[0]), half(x[3], x[1])}
		}},
		{"AveragePool2D", "", []int{2, 2, 4, 4}, nil, -1, func(m *maker, x, _ node) node { return constantFilter(m, x, 2, 2, []int{2, 2}) },
			func(x, _ []float64) []float64 {
				s := []int{2, 2, 4, 4}
				return table([4]int{2, 2, 2, 2}, func(i, j, k, l int) float64 {
					return average(at(x, s, i, j, 2*k, 2*l), at(x, s, i, j, 2*k, 2*l+1), at(x, s, i, j, 2*k+1, 2*l), at(x, s, i, j, 2*k+1, 2*l+1))
				})
			}},
		{"AveragePool1D", "", []int{2, 2, 1, 4}, nil, -1, func(m *maker, x, _ node) node { return constantFilter(m, x, 1, 2, []int{1, 2}) },
			func(x, _ []float64) []float64 {
				return table([4]int{2, 2, 1, 2}, func(i, j, _, l int) float64 {
					k := (2*i+j)*4 + 2*l
					return average(x[k], x[k+1])
				})
			}},
		{"MaxPool2D", "a pad below and to the right", []int{1, 1, 3, 3}, nil, -1, func(m *maker, x, _ node) node {
			edge := func(name string, shape ...int) node { return m.input(name, -1e9, -1e9, shape...) }
			padded := must(gorgonia.Concat(3, must(gorgonia.Concat(2, x, edge("below", 1, 1, 1, 3))), edge("right", 1, 1, 4, 1)))
			return must(gorgonia.MaxPool2D(padded, tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))
		}, func(x, _ []float64) []float64 {
			return []float64{max(x[0], x[1], x[3], x[4]), max(x[2], x[5]), max(x[6], x[7]), x[8]}
		}},
		{"GlobalAveragePool2D", "", four, nil, -1, func(_ *maker, x, _ node) node {
			return must(gorgonia.Reshape(must(gorgonia.Mean(must(gorgonia.Mean(x, 3)), 2)), tensor.Shape{2, 2, 1, 1}))
		}, func(x, _ []float64) []float64 {
			return table([4]int{2, 2, 1, 1}, func(i, j, _, _ int) float64 {
				k := (2*i + j) * 6
				return average(x[k : k+6]...)
			})
		}},
		{"BatchNorm", "mean 0.5, variance 2, ε 0.1", []int{2, 3, 2, 2}, nil, -1, func(m *maker, x, _ node) node {
			all := []byte{0, 2, 3}
			channel := func(name string, v float64) node { return m.input(name, v, v, 1, 3, 1, 1) }
			centred := must(gorgonia.BroadcastSub(x, channel("mean", 0.5), nil, all))
			scaled := must(gorgonia.BroadcastHadamardDiv(centred, must(gorgonia.Sqrt(must(gorgonia.Add(channel("variance", 2), m.constant(0.1))))), nil, all))
			return must(gorgonia.BroadcastAdd(must(gorgonia.BroadcastHadamardProd(scaled, channel("γ", 1.5), nil, all)), channel("β", -1), nil, all))
		}, func(x, _ []float64) []float64 {
			return each(x, func(v float64) float64 { return 1.5*(v-0.5)/math.Sqrt(2.1) - 1 })
		}},
		{"Dropout", "", []int{3}, nil, -1, func(m *maker, x, _ node) node {
			mask := gorgonia.NewVector(m.g, m.dtype, gorgonia.WithName("mask"), gorgonia.WithShape(3), gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{0, 1 / 0.7, 1 / 0.7}))))
			return must(gorgonia.HadamardProd(x, mask))
		}, func(x, _ []float64) []float64 { return []float64{0, x[1] / 0.7, x[2] / 0.7} }},
	} {
		t.Run(c.op+" "+c.name, func(t *testing.T) {
			m := newMaker(tensor.Float64)
			var x, y node
			x = m.input("x", c.low, 1, c.x...)
			wrt := gorgonia.Nodes{x}
			var given []float64
			if c.y != nil {
				y = m.input("y", c.low, 1, c.y...)
				wrt = append(wrt, y)
				given = toFloats(y.Value())
			}
			want := c.want(toFloats(x.Value()), given)
			result := c.build(m, x, y)
			vm := gorgonia.NewTapeMachine(m.g)
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			got := toFloats(result.Value())
			if len(got) != len(want) {
				t.Fatalf("%d elements: want %d", len(got), len(want))
			}
			const tol = 1e-12
			wantNear(t, "value", got, want, tol)
			w, err := graph.Wrap(result, wrt...)
			if err != nil {
				t.Fatal(err)
			}
			// The operand that is not taken has a gradient of zero.
			var names []string
			for _, t := range w.Layout() {
				names = append(names, t.Name)
			}
			compare.Assert(t, w, compare.Options{Allow: names})
			for _, f := range w.Faults() {
				t.Errorf("fault %+v", f)
			}
			if len(problems(c.op)) == 0 {
				t.Errorf("package faults knows nothing of %s", c.op)
			}
		})
	}
}
