package compare

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
)

// set is a set of shapes, of which there are 64 in a word.
type set []uint64

func newSet(members []bool) set {
	b := make(set, (len(members)+63)/64)
	for i, in := range members {
		if in {
			b[i/64] |= 1 << (i % 64)
		}
	}
	return b
}

func (b set) count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// in reports whether all of b are in a.
func (b set) in(a set) bool {
	for i, w := range b {
		if w&^a[i] != 0 {
			return false
		}
	}
	return true
}

// combine sets b to what is in both a and c, or in either.
func (b set) combine(a, c set, either bool) {
	for i := range b {
		if b[i] = a[i] & c[i]; either {
			b[i] = a[i] | c[i]
		}
	}
}

// atom is a part of a condition, with the shapes that it holds for.
type atom struct {
	text   string
	shapes set
	others int // other atoms that hold for the same shapes
}

// number is a number that a condition compares: the rank of a shape, an axis, or a
// product of axes.
type number struct {
	text string
	of   func(shape []int) (int, bool) // false of a shape that has it not
}

// atomsOf returns the parts that conditions on the shapes are made of, the plainest
// first, one for each set of shapes.
func atomsOf(shapes [][]int) (atoms []atom) {
	known := map[string]int{} // where the atom of a set is
	add := func(text string, holds func(shape []int) bool) {
		members := make([]bool, len(shapes))
		for i, s := range shapes {
			members[i] = holds(s)
		}
		a := atom{text: text, shapes: newSet(members)}
		if count := a.shapes.count(); count == 0 || count == len(shapes) {
			return
		}
		key := fmt.Sprint(a.shapes)
		if at, ok := known[key]; ok {
			atoms[at].others++
		} else {
			known[key] = len(atoms)
			atoms = append(atoms, a)
		}
	}
	compared := func(n number, text string, holds func(x int) bool) {
		add(n.text+" "+text, func(s []int) bool {
			x, ok := n.of(s)
			return ok && holds(x)
		})
	}
	axes, rest := numbersOf(shapes)
	for _, n := range axes {
		for _, c := range values(n, shapes) {
			compared(n, fmt.Sprintf("> %d", c), func(x int) bool { return x > c })
			compared(n, fmt.Sprintf("= %d", c), func(x int) bool { return x == c })
			compared(n, fmt.Sprintf("≠ %d", c), func(x int) bool { return x != c })
			compared(n, fmt.Sprintf("< %d", c), func(x int) bool { return x < c })
		}
	}
	for _, n := range axes[1:] {
		for _, m := range []int{2, 4, 8} {
			compared(n, fmt.Sprintf("is a multiple of %d", m), func(x int) bool { return x%m == 0 })
			compared(n, fmt.Sprintf("is no multiple of %d", m), func(x int) bool { return x%m != 0 })
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
				add(fmt.Sprintf("%s %s %s", a.text, c.text, b.text), func(s []int) bool {
					x, one := a.of(s)
					y, other := b.of(s)
					return one && other && c.holds(cmp.Compare(x, y))
				})
			}
		}
	}
	for _, n := range rest {
		for _, c := range values(n, shapes) {
			compared(n, fmt.Sprintf("> %d", c), func(x int) bool { return x > c })
			compared(n, fmt.Sprintf("= %d", c), func(x int) bool { return x == c })
		}
	}
	return atoms
}

// numbersOf returns what conditions are about: the rank first and each axis, and
// then products of neighboring axes.
func numbersOf(shapes [][]int) (axes, products []number) {
	axes = []number{{"the rank", func(s []int) (int, bool) { return len(s), true }}}
	most, ranks := 0, map[int]bool{}
	for _, s := range shapes {
		most = max(most, len(s))
		ranks[len(s)] = true
	}
	for k := range most {
		axes = append(axes, number{fmt.Sprintf("axis %d", k), func(s []int) (int, bool) {
			if k >= len(s) {
				return 0, false
			}
			return s[k], true
		}})
	}
	if len(ranks) > 1 {
		axes = append(axes, number{"the last axis", func(s []int) (int, bool) {
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
			products = append(products, number{text, func(s []int) (int, bool) {
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

// values returns what a number is in the shapes, in order.
func values(n number, shapes [][]int) []int {
	var out []int
	for _, s := range shapes {
		if x, ok := n.of(s); ok {
			out = append(out, x)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
