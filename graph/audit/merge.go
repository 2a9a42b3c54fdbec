package audit

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
)

// merging are the cases that build several expressions of the same inputs in one
// graph: every setting of an operation, and every operation in one setting.
// Gorgonia takes nodes of one hash for one node, and the hash of some operations
// leaves settings out.
func merging() []Case {
	var order []string
	groups := map[string][]Case{}
	put := func(key string, c Case) {
		if groups[key] == nil {
			order = append(order, key)
		}
		if !slices.ContainsFunc(groups[key], func(other Case) bool { return other.Code == c.Code }) {
			groups[key] = append(groups[key], c)
		}
	}
	seen := map[string]bool{}
	for _, c := range slices.Concat(elementwise(), reductions(), products(), shaping(), networks(), settings()) {
		if c.Single || c.Eval || slices.ContainsFunc(c.In, func(in Input) bool { return in.Values != nil && in.Type == "" || in.Constant }) {
			continue
		}
		of := c.inputs()
		put(c.Op+" of "+of, c)
		if !seen[c.Op+of] {
			seen[c.Op+of] = true
			put(across+" of "+of, c)
		}
	}
	// Of an operation the inputs with the most expressions say it all.
	most := map[string]int{}
	for key, all := range groups {
		op, _, _ := strings.Cut(key, " of ")
		most[op] = max(most[op], len(all))
	}
	var cases []Case
	for _, key := range order {
		all := groups[key]
		op, of, _ := strings.Cut(key, " of ")
		if len(all) < 2 || op != across && len(all) < most[op] {
			continue
		}
		most[op]++ // the first of several
		cases = append(cases, Case{Op: op, Variant: fmt.Sprintf("%s, %d expressions in one graph", of, len(all)), In: all[0].In, Together: all, Code: all[0].Code})
	}
	return cases
}

// across is in the place of an operation's name where the expressions are of
// several operations.
const across = "Merge"

// inputs names the inputs and their shapes, and the values of those that have
// some.
func (c *Case) inputs() string {
	var s []string
	for _, in := range c.In {
		s = append(s, strings.TrimSpace(fmt.Sprint(in.Name, " ", dims(in.Shape), " ", strings.Trim(fmt.Sprint(in.Values), "[]"))))
	}
	return strings.Join(s, ", ")
}

// settings are cases that differ from those of the catalogue in one setting
// alone.
func settings() []Case {
	image, filter := []int{1, 1, 4, 4}, []int{1, 1, 2, 2}
	var cases []Case
	for _, w := range []window{one, one.withStride(2, 2), one.withPad(1, 1), one.withDilation(2, 2)} {
		v := convolution2{image, filter, w}
		cases = append(cases, v.of(), v.columns())
	}
	for _, p := range poolOps {
		for _, kernel := range [][2]int{{2, 2}, {3, 3}} {
			for _, stride := range [][2]int{{1, 1}, {2, 2}} {
				for _, pad := range [][]int{{0, 0}, {1, 1}, {1, 0}, {0, 1}} {
					cases = append(cases, p.of(image, kernel, stride, pad))
				}
			}
		}
	}
	for _, scale := range []int{2, 3} {
		cases = append(cases, upsampleOf(image, scale))
	}
	for _, epsilon := range []float64{1e-5, 0.1} {
		cases = append(cases, batchNormOf([]int{4, 2, 2, 2}, []int{1, 2, 1, 1}, epsilon, false))
	}
	for _, transposed := range [][2]bool{{false, false}, {true, false}, {false, true}, {true, true}} {
		cases = append(cases, batchedOf([]int{2, 3, 3}, []int{2, 3, 3}, transposed[0], transposed[1]))
	}
	for _, axes := range [][2]int{{0, 0}, {0, 1}, {1, 0}, {1, 1}} {
		cases = append(cases, tensordotOf([]int{3, 3}, []int{3, 3}, []int{axes[0]}, []int{axes[1]}))
	}
	for axis := range 2 {
		cases = append(cases, concatOf(axis, [][]int{{3, 3}, {3, 3}}), byIndicesOf([]int{3, 3}, axis, []float64{2, 0}))
	}
	for _, cut := range []span{{0, 2, 1}, {256, 258, 1}, {0, 4, 2}} {
		cases = append(cases, sliceOf([]int{260}, []span{cut}))
	}
	for _, at := range [][]int{{1, 2}, {0, 1}} {
		cases = append(cases, atOf([]int{2, 3}, at))
	}
	for _, groups := range []int{1, 2, 4} {
		cases = append(cases, groupNormOf([]int{2, 4, 2, 2}, groups))
	}
	for _, k := range []int{2, 3} {
		for _, p := range pool1Ops {
			cases = append(cases, p.of([]int{2, 2, 1, 6}, k, 0, 1), p.of([]int{2, 2, 1, 6}, k, 0, 2), p.of([]int{2, 2, 1, 6}, k, 1, 1))
		}
	}
	for _, s := range [][3]int{{0, 1, 1}, {1, 1, 1}, {0, 2, 1}, {0, 1, 2}} {
		cases = append(cases, convolution1Of([]int{1, 2, 1, 5}, 2, 2, s[0], s[1], s[2]))
	}
	return cases
}

// judgeTogether builds all expressions in one graph and asks whether each has a
// node of its own.
func (c *Case) judgeTogether(o *Outcome) {
	g := gorgonia.NewGraph()
	var inputs gorgonia.Nodes
	in := c.arrays(0)
	for k, a := range in {
		inputs = append(inputs, c.In[k].node(g, a, Forward.dtype()))
	}
	o.Verdict = Right
	first := map[*gorgonia.Node]int{}
	merged := map[int][]int{}
	for k := range c.Together {
		n, err := c.Together[k].tryBuild(inputs)
		if err != nil {
			continue // its own row says so
		}
		if old, ok := first[n]; ok {
			merged[old] = append(merged[old], k)
		} else {
			first[n] = k
		}
	}
	var notes []string
	for k := range c.Together {
		if len(merged[k]) == 0 {
			continue
		}
		names := []string{c.Together[k].written()}
		for _, other := range merged[k] {
			if !sameArrays(c.Together[k].Ref, c.Together[other].Ref, in) {
				names = append(names, c.Together[other].written())
			}
		}
		if len(names) > 1 {
			notes = append(notes, strings.Join(names, " and "))
		}
	}
	if len(notes) > 0 {
		o.Verdict, o.Note = WrongValue, strings.Join(notes, "; ")+" become one node"
	}
}

func sameArrays(f, g func([]Array) Array, in []Array) bool {
	a, b := f(in), g(in)
	return slices.Equal(a.Data, b.Data) && slices.Equal(squeeze(a.Shape), squeeze(b.Shape))
}

// written is the expression without its package.
func (c *Case) written() string {
	return strings.Join(strings.Fields(strings.NewReplacer("gorgonia.", "", "tensor.", "").Replace(c.Code)), " ")
}

func (c *Case) tryBuild(inputs gorgonia.Nodes) (n *gorgonia.Node, err error) {
	defer recovered(&err)
	return c.Build(inputs)
}
