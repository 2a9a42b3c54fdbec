package condition

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// Each comparison holds for the cases that it names, and of several that hold for the
// same cases the first stands for all.
func TestCompare(t *testing.T) {
	atoms := Atoms[int]{Cases: []int{3, 1, -1, 2}} // −1 has no number
	atoms.Compare(Number[int]{Text: "x", Of: func(x int) (int, bool) { return x, x > 0 }}, "> = ≠ <")
	var got []string
	for _, a := range atoms.List {
		got = append(got, fmt.Sprintf("%s: %b, %d", a.Text, a.Cases[0], a.Others))
	}
	// The same are x > 1 and x ≠ 1, x = 1 and x < 2, x > 2 and x = 3, x ≠ 3 and x < 3.
	want := []string{"x > 1: 1001, 1", "x = 1: 10, 1", "x > 2: 1, 1", "x = 2: 1000, 0", "x ≠ 2: 11, 0", "x ≠ 3: 1010, 1"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestSet(t *testing.T) {
	of := func(cases ...int) Set {
		members := make([]bool, 100)
		for _, i := range cases {
			members[i] = true
		}
		return NewSet(members)
	}
	a, b, either, both := of(1, 70, 99), of(70, 3), of(), of()
	either.Combine(a, b, true)
	both.Combine(a, b, false)
	if !slices.Equal(either, of(1, 3, 70, 99)) || !slices.Equal(both, of(70)) {
		t.Errorf("either %b, both %b", either, both)
	}
	if a.Count() != 3 || a.Common(b) != 1 || !both.In(a) || a.In(b) {
		t.Errorf("%b has %d cases, %d of %b", a, a.Count(), a.Common(b), b)
	}
	if a.Remove(b); !slices.Equal(a, of(1, 99)) {
		t.Errorf("%b is left", a)
	}
}

func TestLogChoices(t *testing.T) {
	if got := math.Exp(LogChoices(10, 3)); math.Abs(got-120) > 1e-9 {
		t.Errorf("%v ways to choose 3 of 10, want 120", got)
	}
}
