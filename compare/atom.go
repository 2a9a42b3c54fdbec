package compare

import (
	"cmp"
	"fmt"

	"gradtwin/internal/condition"
)

// number is a number that a condition compares: the rank of a shape, an axis, or a
// product of axes.
type number = condition.Number[[]int]

// atomsOf returns the parts that conditions on the shapes are made of, the plainest
// first, one for each set of shapes.
func atomsOf(shapes [][]int) []condition.Atom {
	atoms := condition.Atoms[[]int]{Cases: shapes}
	axes, rest := numbersOf(shapes)
	for _, n := range axes {
		atoms.Compare(n, "> = ≠ <")
	}
	for _, n := range axes[1:] {
		for _, m := range []int{2, 4, 8} {
			atoms.AddOf(n, fmt.Sprintf("is a multiple of %d", m), func(x int) bool { return x%m == 0 })
			atoms.AddOf(n, fmt.Sprintf("is no multiple of %d", m), func(x int) bool { return x%m != 0 })
		}
	}
	for i, a := range axes[1:] {
		for _, b := range axes[1:][i+1:] {
			for _, c := range []struct {
				text  string
				holds func(order int) bool
			}{
				{"=", func(o int) bool { return o == 0 }}, {"≠", func(o int) bool { return o != 0 }},
				{"<", func(o int) bool { return o < 0 }}, {">", func(o int) bool { return o > 0 }},
			} {
				atoms.Add(fmt.Sprintf("%s %s %s", a.Text, c.text, b.Text), func(s []int) bool {
					x, one := a.Of(s)
					y, other := b.Of(s)
					return one && other && c.holds(cmp.Compare(x, y))
				})
			}
		}
	}
	for _, n := range rest {
		atoms.Compare(n, "> =")
	}
	return atoms.List
}

// numbersOf returns what conditions are about: the rank first and each axis, and
// then products of neighboring axes.
func numbersOf(shapes [][]int) (axes, products []number) {
	axes = []number{{Text: "the rank", Of: func(s []int) (int, bool) { return len(s), true }}}
	most, ranks := 0, map[int]bool{}
	for _, s := range shapes {
		most = max(most, len(s))
		ranks[len(s)] = true
	}
	for k := range most {
		axes = append(axes, number{Text: fmt.Sprintf("axis %d", k), Of: func(s []int) (int, bool) {
			if k >= len(s) {
				return 0, false
			}
			return s[k], true
		}})
	}
	if len(ranks) > 1 {
		axes = append(axes, number{Text: "the last axis", Of: func(s []int) (int, bool) {
			if len(s) == 0 {
				return 0, false
			}
			return s[len(s)-1], true
		}})
	}
	for from := range most {
		for to := from + 2; to <= most; to++ {
			text := fmt.Sprintf("the product of axes %d to %d", from, to-1)
			if from == 0 && to == most {
				text = "the number of elements"
			}
			products = append(products, number{Text: text, Of: func(s []int) (int, bool) {
				if len(s) < to && !(from == 0 && to == most) {
					return 0, false
				}
				n := 1
				for _, d := range s[from:min(to, len(s))] {
					n *= d
				}
				return n, true
			}})
		}
	}
	return axes, products
}
