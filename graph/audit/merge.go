package audit

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
)

// together are expressions of the same inputs, which are built in one graph. Each
// must get a node of its own.
type together struct {
	op, inputs string
	all        []testCase
}

func (t *together) row() Row {
	return Row{Type: TypeMerge, Op: t.op, Variant: fmt.Sprintf("%s, %d expressions in one graph", t.inputs, len(t.all)),
		Outcomes: []Outcome{{Cell: "one graph"}}}
}

// merging returns, for the same inputs, all settings of one operation together, and
// one setting of every operation together. Gorgonia makes one node of nodes with the
// same hash, and the hash of some operations does not depend on their settings.
func merging() (groups []*together) {
	seen := map[string]*together{}
	put := func(op, inputs string, c testCase) (first bool) {
		key := op + " of " + inputs
		t := seen[key]
		if first = t == nil; first {
			t = &together{op: op, inputs: inputs}
			seen[key], groups = t, append(groups, t)
		}
		if !slices.ContainsFunc(t.all, func(other testCase) bool { return other.Code == c.Code }) {
			t.all = append(t.all, c)
		}
		return first
	}
	for _, c := range slices.Concat(catalogue(), settings()) {
		if c.Single || c.Eval || strings.HasPrefix(c.Op, "f(") || // the operations that it consists of are here too
			slices.ContainsFunc(c.In, func(in input) bool { return in.Values != nil && in.Type == "" || in.Constant }) {
			continue
		}
		if inputs := c.inputs(); put(c.Op, inputs, c) {
			put(across, inputs, c)
		}
	}
	// Of each operation only the inputs with the most settings are kept.
	most := map[string]int{}
	for _, t := range groups {
		most[t.op] = max(most[t.op], len(t.all))
	}
	return slices.DeleteFunc(groups, func(t *together) bool {
		if len(t.all) < 2 || t.op != across && len(t.all) < most[t.op] {
			return true
		}
		most[t.op]++ // the first of several
		return false
	})
}

// across is the name of rows with several operations.
const across = "Merge"

// inputs lists the inputs with their shapes, and with their values where these are
// not drawn.
func (c *testCase) inputs() string {
	var s []string
	for _, in := range c.In {
		s = append(s, strings.TrimSpace(
			fmt.Sprint(in.Name, " ", dims(in.Shape), " ", strings.Trim(fmt.Sprint(in.Values), "[]"))))
	}
	return strings.Join(s, ", ")
}

// settings are cases that differ from each other in one setting only.
func settings() (cases []testCase) {
	add := func(more ...testCase) { cases = append(cases, more...) }
	image, filter := []int{1, 1, 4, 4}, []int{1, 1, 2, 2}
	for _, w := range []window{one, one.withStride(2, 2), one.withPad(1, 1), one.withDilation(2, 2)} {
		v := convolution2{image, filter, w}
		add(v.of(), v.columns())
	}
	for _, p := range poolOps {
		for _, kernel := range [][2]int{{2, 2}, {3, 3}} {
			for _, stride := range [][2]int{{1, 1}, {2, 2}} {
				for _, pad := range [][]int{{0, 0}, {1, 1}, {1, 0}, {0, 1}} {
					add(p.of(image, kernel, stride, pad))
				}
			}
		}
	}
	add(upsampleOf(image, 2), upsampleOf(image, 3))
	for _, epsilon := range []float64{1e-5, 0.01, 0.1} {
		add(batchNormOf([]int{4, 2, 2, 2}, []int{1, 2, 1, 1}, epsilon, false))
	}
	for _, transposed := range [][2]bool{{false, false}, {true, false}, {false, true}, {true, true}} {
		add(batchedOf([]int{2, 3, 3}, []int{2, 3, 3}, transposed[0], transposed[1]))
	}
	for _, axes := range [][2]int{{0, 0}, {0, 1}, {1, 0}, {1, 1}} {
		add(tensordotOf([]int{3, 3}, []int{3, 3}, axes[:1], axes[1:]))
	}
	for axis := range 2 {
		add(concatOf(axis, [][]int{{3, 3}, {3, 3}}), byIndicesOf([]int{3, 3}, axis, []int{2, 0}))
	}
	for _, cut := range []span{{0, 2, 1}, {256, 258, 1}, {0, 4, 2}} {
		add(sliceOf([]int{260}, []span{cut}))
	}
	// The hash depends on the result's shape, which is the same for a cube.
	for _, axes := range [][]int{{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		add(transposeOf([]int{3, 3, 3}, axes))
	}
	add(atOf([]int{2, 3}, []int{1, 2}), atOf([]int{2, 3}, []int{0, 1}))
	for _, groups := range []int{1, 2, 4} {
		add(groupNormOf([]int{2, 4, 2, 2}, groups))
	}
	for _, k := range []int{2, 3} {
		for _, p := range poolOps {
			row := []int{2, 2, 1, 6}
			add(p.of1(row, k, 0, 1), p.of1(row, k, 0, 2), p.of1(row, k, 1, 1))
		}
	}
	for _, s := range [][3]int{{0, 1, 1}, {1, 1, 1}, {0, 2, 1}, {0, 1, 2}} {
		add(convolution1Of([]int{1, 2, 1, 5}, 2, 2, s[0], s[1], s[2]))
	}
	return cases
}

// outcome builds all expressions in one graph and compares their nodes.
func (t *together) outcome(int) Outcome {
	o := t.row().Outcomes[0]
	o.Verdict = Right
	g := gorgonia.NewGraph()
	var inputs gorgonia.Nodes
	in := t.all[0].arrays(0)
	for k, a := range in {
		inputs = append(inputs, t.all[0].In[k].node(g, a, forward.dtype()))
	}
	var nodes gorgonia.Nodes // one for each expression, nil where it cannot be built
	for k := range t.all {
		var n *gorgonia.Node
		_ = try(func() (err error) { n, err = t.all[k].Build(inputs); return err })
		nodes = append(nodes, n)
	}
	var notes []string
	for k, n := range nodes {
		if n == nil || slices.Index(nodes, n) < k {
			continue
		}
		names := []string{t.all[k].short()}
		for other := k + 1; other < len(nodes); other++ {
			if nodes[other] == n && !sameArrays(t.all[k].Ref, t.all[other].Ref, in) {
				names = append(names, t.all[other].short())
			}
		}
		if len(names) > 1 {
			notes = append(notes, strings.Join(names, " and "))
		}
	}
	if len(notes) > 0 {
		o.Verdict, o.Note = WrongValue, strings.Join(notes, "; ")+" become one node"
	}
	return o
}

func sameArrays(f, g reference, in []array) bool {
	a, b := f(in), g(in)
	return slices.Equal(a.Data, b.Data) && slices.Equal(squeeze(a.Shape), squeeze(b.Shape))
}

// short returns the code without package names.
func (c *testCase) short() string {
	return strings.Join(strings.Fields(strings.NewReplacer("gorgonia.", "", "tensor.", "").Replace(c.Code)), " ")
}
