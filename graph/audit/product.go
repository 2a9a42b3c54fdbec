package audit

import (
	"fmt"
	"regexp"
	"slices"

	"gorgonia.org/gorgonia"
)

func mulOf(a, b []int) Case {
	c := Case{Op: "Mul", Variant: dims(a) + ", " + dims(b), In: []Input{in("a", -2, 2, a...), in("b", -2, 2, b...)},
		Code: "gorgonia.Mul(a, b)", Build: binary(gorgonia.Mul)}
	switch {
	case len(a) == 0 || len(b) == 0:
		c.Ref = pairs(func(a, b float64) float64 { return a * b })
	default:
		c.Ref = contract([]int{len(a) - 1}, []int{0})
	}
	return c
}

func outerOf(n, m int) Case {
	return Case{Op: "OuterProd", Variant: fmt.Sprintf("%d, %d", n, m), In: []Input{in("a", -2, 2, n), in("b", -2, 2, m)},
		Code: "gorgonia.OuterProd(a, b)",
		Ref:  contract(nil, nil), Build: binary(gorgonia.OuterProd)}
}

// batchedOf transposes the last two axes of an operand where asked.
func batchedOf(a, b []int, ta, tb bool) Case {
	variant := dims(a) + ", " + dims(b)
	if ta || tb {
		variant += fmt.Sprintf(", transposed %v %v", ta, tb)
	}
	return Case{Op: "BatchedMatMul", Variant: variant, In: []Input{in("a", -2, 2, a...), in("b", -2, 2, b...)},
		Code:  fmt.Sprintf("gorgonia.BatchedMatMul(a, b, %v, %v)", ta, tb),
		Ref:   batchedProduct(ta, tb),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.BatchedMatMul(in[0], in[1], ta, tb) }}
}

func tensordotOf(a, b, aAxes, bAxes []int) Case {
	return Case{Op: "Tensordot",
		Variant: fmt.Sprintf("%s, %s, axes %s with %s", dims(a), dims(b), list(aAxes), list(bAxes)),
		In:      []Input{in("a", -2, 2, a...), in("b", -2, 2, b...)},
		Code:    fmt.Sprintf("gorgonia.Tensordot([]int{%s}, []int{%s}, a, b)", list(aAxes), list(bAxes)),
		Ref:     contract(aAxes, bAxes),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.Tensordot(slices.Clone(aAxes), slices.Clone(bAxes), in[0], in[1])
		}}
}

// operandsToX finds the operands that become x.
var operandsToX = regexp.MustCompile(`\b[ab]\b`)

// ofItself makes a case of two operands one of x and x.
func (c Case) ofItself() Case {
	f, ref := c.Build, c.Ref
	x := c.In[0]
	x.Name = "x"
	c.Variant, c.In = dims(x.Shape)+", of x and x", []Input{x}
	c.Code = operandsToX.ReplaceAllString(c.Code, "x")
	c.Build = func(in gorgonia.Nodes) (*gorgonia.Node, error) { return f(gorgonia.Nodes{in[0], in[0]}) }
	c.Ref = func(in []Array) Array { return ref([]Array{in[0], in[0]}) }
	return c
}

// products are the operations of linear algebra.
func products() []Case {
	var cases []Case
	for _, s := range [][2][]int{
		{{3}, {3}}, {{2, 3}, {3}}, {{2}, {2, 3}}, {{2, 3}, {3, 4}}, {{1, 3}, {3, 1}}, {{3, 1}, {1, 3}}, {{1, 3}, {3, 2}},
		{{2, 3}, {3, 1}}, {{}, {3}}, {{2, 3}, {}}, {{}, {}},
	} {
		cases = append(cases, mulOf(s[0], s[1]))
	}
	cases = append(cases, mulOf([]int{3}, []int{3}).ofItself(), mulOf([]int{3, 3}, []int{3, 3}).ofItself())
	for _, s := range [][2]int{{3, 3}, {2, 4}, {1, 3}} {
		cases = append(cases, outerOf(s[0], s[1]))
	}
	cases = append(cases, outerOf(3, 3).ofItself())
	for _, s := range []struct {
		a, b   []int
		ta, tb bool
	}{
		{[]int{2, 2, 3}, []int{2, 3, 4}, false, false}, {[]int{2, 3, 2}, []int{2, 3, 4}, true, false},
		{[]int{2, 2, 3}, []int{2, 4, 3}, false, true},
		{[]int{2, 3, 2}, []int{2, 4, 3}, true, true}, {[]int{1, 2, 3}, []int{1, 3, 2}, false, false},
		{[]int{2, 2, 2, 3}, []int{2, 2, 3, 2}, false, false},
		{[]int{2, 1, 3, 2, 3}, []int{2, 1, 3, 3, 2}, false, false},
	} {
		cases = append(cases, batchedOf(s.a, s.b, s.ta, s.tb))
	}
	cases = append(cases, batchedOf([]int{2, 3, 3}, []int{2, 3, 3}, false, false).ofItself())
	for _, s := range []struct{ a, b, aAxes, bAxes []int }{
		{[]int{3}, []int{3}, []int{0}, []int{0}}, {[]int{2, 3}, []int{3, 2}, []int{1}, []int{0}},
		{[]int{2, 3}, []int{4, 3}, []int{1}, []int{1}}, {[]int{3, 2}, []int{3, 4}, []int{0}, []int{0}},
		{[]int{2, 3}, []int{3}, []int{1}, []int{0}}, {[]int{2, 3, 2}, []int{3, 2}, []int{1, 2}, []int{0, 1}},
		{[]int{2, 3, 2}, []int{2, 3}, []int{1, 2}, []int{1, 0}},
		{[]int{2, 3, 2}, []int{2, 4}, []int{0}, []int{0}}, {[]int{2, 3}, []int{2, 3}, []int{0, 1}, []int{0, 1}},
		{[]int{2, 3, 4}, []int{4, 3, 2}, []int{1}, []int{1}},
	} {
		cases = append(cases, tensordotOf(s.a, s.b, s.aAxes, s.bAxes))
	}
	return append(cases, tensordotOf([]int{2, 3}, []int{2, 3}, []int{1}, []int{1}).ofItself())
}

func batchedProduct(ta, tb bool) func([]Array) Array {
	return func(in []Array) Array {
		a, b := in[0], in[1]
		n := len(a.Shape)
		swap := func(x Array, t bool) Array {
			if !t {
				return x
			}
			axes := make([]int, n)
			for k := range axes {
				axes[k] = k
			}
			axes[n-2], axes[n-1] = n-1, n-2
			return permute(axes...)([]Array{x})
		}
		a, b = swap(a, ta), swap(b, tb)
		shape := append(slices.Clone(a.Shape[:n-1]), b.Shape[n-1])
		return fill(shape, func(at []int) float64 {
			s := 0.0
			ia, ib := slices.Clone(at), slices.Clone(at)
			for k := range a.Shape[n-1] {
				ia[n-1], ib[n-2] = k, k
				s += a.get(ia...) * b.get(ib...)
			}
			return s
		})
	}
}
