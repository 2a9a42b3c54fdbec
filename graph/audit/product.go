package audit

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
)

func mulOf(a, b []int) testCase {
	ref := pairs(times)
	if len(a) > 0 && len(b) > 0 {
		ref = contract([]int{len(a) - 1}, []int{0})
	}
	return op(dims(a)+", "+dims(b), ref, gorgonia.Mul, in("a", -2, 2, a...), in("b", -2, 2, b...))
}

func outerOf(n, m int) testCase {
	return op(fmt.Sprintf("%d, %d", n, m), contract(nil, nil), gorgonia.OuterProd, in("a", -2, 2, n), in("b", -2, 2, m))
}

// batchedOf is BatchedMatMul; ta and tb transpose the last two axes of a and b.
func batchedOf(a, b []int, ta, tb bool) testCase {
	variant := dims(a) + ", " + dims(b)
	if ta || tb {
		variant += fmt.Sprintf(", transposed %v %v", ta, tb)
	}
	return op(variant, batchedProduct(ta, tb), gorgonia.BatchedMatMul, in("a", -2, 2, a...), in("b", -2, 2, b...), ta, tb)
}

func tensordotOf(a, b, aAxes, bAxes []int) testCase {
	return op(fmt.Sprintf("%s, %s, axes %s with %s", dims(a), dims(b), list(aAxes), list(bAxes)), contract(aAxes, bAxes),
		gorgonia.Tensordot, aAxes, bAxes, in("a", -2, 2, a...), in("b", -2, 2, b...))
}

// products are the cases of linear algebra.
func products() (cases []testCase) {
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

func batchedProduct(ta, tb bool) reference {
	return func(in []array) array {
		n := len(in[0].Shape)
		swapped := func(x array, t bool) array {
			if t {
				return permute(swap(n, n-2)...)([]array{x})
			}
			return x
		}
		a, b := swapped(in[0], ta), swapped(in[1], tb)
		return fill(append(slices.Clone(a.Shape[:n-1]), b.Shape[n-1]), func(at []int) float64 {
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
