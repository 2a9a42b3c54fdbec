package faults

import (
	"fmt"
	"runtime/debug"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	// Gorgonia panics at the start of a program without it.
	_ "go4.org/unsafe/assume-no-moving-gc"
)

// The rule of inner axes says for every shape of up to four axes of 1 to 3
// elements, and for every choice of axes, whether Gorgonia's sum is right.
func TestReducesInside(t *testing.T) {
	tried := 0
	for rank := 1; rank <= 4; rank++ {
		for k := range power(3, rank) {
			shape := make([]int, rank)
			for i := range shape {
				shape[i] = 1 + k/power(3, i)%3
			}
			for mask := 1; mask < 1<<rank; mask++ {
				var axes []int
				for axis := range rank {
					if mask>>axis&1 == 1 {
						axes = append(axes, axis)
					}
				}
				tried++
				if got, want := reducesInside(shape, axes), !sumIsRight(shape, axes); got != want {
					t.Errorf("shape %v, axes %v: %v: want %v", shape, axes, got, want)
				}
			}
		}
	}
	if tried < 1000 {
		t.Errorf("%d cases: want more than a thousand", tried)
	}
}

func power(base, exponent int) int {
	n := 1
	for range exponent {
		n *= base
	}
	return n
}

// sumIsRight reports whether tensor's Sum gives what a sum over indices gives.
func sumIsRight(shape, axes []int) (right bool) {
	defer func() {
		if recover() != nil {
			right = false
		}
	}()
	n := tensor.Shape(shape).TotalSize()
	x := make([]float64, n)
	want := map[string]float64{}
	var order []string // of the result's elements, row by row
	for i := range x {
		x[i] = float64(int(1) << (i % 50)) // sums of different elements differ
		key := ""
		rest := i
		for axis := len(shape) - 1; axis >= 0; axis-- {
			at := rest % shape[axis]
			rest /= shape[axis]
			if !slices.Contains(axes, axis) {
				key = fmt.Sprint(at, " ", key)
			}
		}
		if _, ok := want[key]; !ok {
			order = append(order, key)
		}
		want[key] += x[i]
	}
	sum, err := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x)).Sum(append([]int(nil), axes...)...)
	if err != nil {
		return false
	}
	got, ok := sum.Data().([]float64)
	if !ok {
		got = []float64{sum.Data().(float64)}
	}
	if len(got) != len(order) {
		return false
	}
	for i, key := range order {
		if got[i] != want[key] {
			return false
		}
	}
	return true
}

// A fork, and another release, are not accused.
func TestReplacedIn(t *testing.T) {
	gorgonia := func(m debug.Module) []*debug.Module {
		m.Path = "gorgonia.org/gorgonia"
		return []*debug.Module{{Path: "example.org/other", Version: "v1.0.0"}, &m}
	}
	for _, c := range []struct {
		name string
		deps []*debug.Module
		want string
	}{
		{"the release", gorgonia(debug.Module{Version: Version}), ""},
		{"a fork", gorgonia(debug.Module{Version: Version, Replace: &debug.Module{Path: "example.org/fork"}}),
			"gorgonia.org/gorgonia => example.org/fork"},
		{"another release", gorgonia(debug.Module{Version: "v0.10.0"}), "gorgonia.org/gorgonia v0.10.0"},
		{"another release of tensor", []*debug.Module{{Path: "gorgonia.org/tensor", Version: "v0.9.25"}},
			"gorgonia.org/tensor v0.9.25"},
		{"none", nil, ""},
	} {
		if got := replacedIn(c.deps); got != c.want {
			t.Errorf("%s: %q: want %q", c.name, got, c.want)
		}
	}
}

// Each fault says what is wrong, none twice, and those of one name one expression that
// is right, or none.
func TestTable(t *testing.T) {
	seen, instead := map[string]bool{}, map[string]string{}
	for _, k := range Table() {
		if other, ok := instead[k.Name()]; ok && other != k.Instead {
			t.Errorf("%s: in its place %q and %q: want one, or a case for each", k.Name(), other, k.Instead)
		}
		instead[k.Name()] = k.Instead
		if k.Op == "" || k.Problem == "" || k.match == nil && k.Problem != Overwriting.Problem {
			t.Errorf("%+v: a field is empty", k)
		}
		if seen[k.Problem] {
			t.Errorf("twice: %s", k.Problem)
		}
		seen[k.Problem] = true
	}
}
