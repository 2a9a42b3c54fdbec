package audit

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
)

// plantedOp draws an operation that fails where wrong holds, and is log₂ x elsewhere.
func plantedOp(kind string, wrong func(shape []int, p int) bool) generator {
	return generator{"Planted", func(c *choices) testCase {
		shape, p := limited(1+c.n(4), func() int { return 1 + c.n(3) }), 1+c.n(4)
		c.note("p", p)
		t := op(fmt.Sprintf("%s, p = %d", dims(shape), p), each(math.Log2), gorgonia.Log2, in("x", 0.5, 3, shape...))
		t.Build = func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			switch {
			case !wrong(shape, p):
				return call(gorgonia.HadamardProd, call(gorgonia.Log, t.In[0]), number(1/math.Ln2)).
					build(map[string]*gorgonia.Node{"x": in[0]})
			case kind == wrongGradient:
				return gorgonia.Log2(in[0])
			case kind == wrongValue:
				return gorgonia.Log(in[0])
			}
			return nil, errors.New("planted")
		}
		return t
	}}
}

// An operation that fails under a condition gets that condition and the smallest
// case that it holds for.
func TestPlantedConditions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind           string
		wrong          func(shape []int, p int) bool
		when, smallest string
	}{
		{wrongValue, func(s []int, _ int) bool { return len(s) > 1 && s[1] == 2 }, "axis 1 = 2", "1x2, p = 1"},
		{wrongGradient, func(s []int, _ int) bool { return len(s) > 1 && s[1] == 2 }, "axis 1 = 2", "1x2, p = 1"},
		{failure, func(_ []int, p int) bool { return p > 2 }, "p > 2", "1, p = 3"},
		{wrongGradient, func(s []int, p int) bool { return len(s) == 3 && p != 2 }, "p ≠ 2 and rank = 3", "1x1x1, p = 1"},
		{wrongValue, func(s []int, p int) bool { return p > 2 || s[0] == 3 }, "p > 2, or axis 0 > 2", "1, p = 3"},
		{wrongValue, func([]int, int) bool { return true }, "always", "1, p = 1"},
	} {
		_, conditions, err := fuzz([]generator{plantedOp(tt.kind, tt.wrong)}, func(all []drawnCase) error {
			for k := range all {
				all[k].Outcome = all[k].fuzzed()
			}
			return nil
		}, 2, func(string) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		if len(conditions) != 1 {
			t.Errorf("%s: %+v: want one condition", tt.when, conditions)
			continue
		}
		c := conditions[0]
		if c.Kind != tt.kind || c.When != tt.when || c.Missed > 0 || c.Smallest != tt.smallest {
			t.Errorf("%+v: want %s where %q, and the smallest %s", c, tt.kind, tt.when, tt.smallest)
		}
	}
}

// What fails at random has hardly ever a condition.
func TestRandomFailuresHaveNoCondition(t *testing.T) {
	g := plantedOp(failure, nil)
	var all []drawnCase
	for i := range perOperation + moreOfFailing {
		all = append(all, g.drawFrom(1, 0, i))
	}
	const draws = 100
	random := rand.New(rand.NewPCG(5, 0))
	explained := 0
	for range draws {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		n := 10 + random.IntN(40)
		if text, _ := when(all[:n], all[n:], n); text != "" {
			t.Log(n, text)
			explained++
		}
	}
	// Three standard deviations above what is to be expected at most, of clauses of one
	// part, of two and of three.
	if limit := mostParts * mostChance * draws; float64(explained) > limit+3*math.Sqrt(limit) {
		t.Errorf("%d of %d have a condition: want at most about %v", explained, draws, limit)
	}
}

// An inner axis is one that has others before and behind it.
func TestInnerAxis(t *testing.T) {
	for _, tt := range []struct {
		shape, axes     []int
		length, between int
	}{
		{[]int{2, 3, 4}, []int{1}, 3, 1},
		{[]int{2, 3, 4, 5}, []int{2}, 4, 3},
		{[]int{2, 3, 4, 5}, []int{0}, 0, 0},
		{[]int{2, 3, 4, 5}, []int{3}, 0, 0},
		{[]int{2, 3, 4, 5}, []int{2, 1}, 4, 1},
		{[]int{2, 3, 4, 5, 2}, []int{0, 3}, 5, 4},
	} {
		if length, between := innerAxis(tt.shape, tt.axes); length != tt.length || between != tt.between {
			t.Errorf("%v, axes %v: %d and %d, want %d and %d", tt.shape, tt.axes, length, between, tt.length, tt.between)
		}
	}
}

// The same choices draw the same case, and those that are not there are 0.
func TestChoicesRepeatCases(t *testing.T) {
	for k, g := range generators() {
		for i := range 5 {
			d := g.drawFrom(3, k, i)
			again := g.draw(k, &choices{values: d.choices})
			if again.Name() != d.Name() || !slices.Equal(again.features, d.features) {
				t.Errorf("%s is drawn again as %s", d.Name(), again.Name())
			}
			g.draw(k, &choices{})
		}
	}
}
