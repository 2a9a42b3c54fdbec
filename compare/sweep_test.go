package compare

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gradtwin/internal/words"
)

// squares is Σ x² of as many elements as a shape has, with the gradient of one of
// them negated where the shape is a wrong one.
func squares(wrong func(shape []int) bool) func(shape []int) (Function, error) {
	return func(shape []int) (Function, error) {
		x := make([]float64, 3)
		for i := range x {
			x[i] = float64(i + 1)
		}
		return Of(func(v []float64) float64 { return v[0]*v[0] + v[1]*v[1] + v[2]*v[2] }, func(g, v []float64) {
			for i := range g {
				g[i] = 2 * v[i]
			}
			if wrong(shape) {
				g[1] = -g[1]
			}
		}, x), nil
	}
}

// What a fault depends on is found: one size, several axes, either of two, a
// multiple, the rank; nothing where nothing simple explains it.
func TestSweepConditions(t *testing.T) {
	sizes := []int{1, 2, 3, 4, 5}
	cube := Grid(sizes, sizes, sizes)
	vectors := Grid([]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
	random := rand.New(rand.NewPCG(8, 0))
	chosen := map[string]bool{}
	for _, s := range cube {
		chosen[words.Shape(s)] = random.IntN(3) == 0
	}
	for _, c := range []struct {
		name   string
		shapes [][]int
		wrong  func(s []int) bool
		want   string
	}{
		{"one size of one axis, as of a product", cube, func(s []int) bool { return s[1] == 1 }, "axis 1 = 1"},
		{"one size of a vector", vectors, func(s []int) bool { return s[0] == 7 }, "axis 0 = 7"},
		{"all but one size", cube, func(s []int) bool { return s[2] != 3 }, "axis 2 ≠ 3"},
		{"two axes", cube, func(s []int) bool { return s[0] > 1 && s[2] != 2 }, "axis 0 > 1 and axis 2 ≠ 2"},
		{"three axes", cube, func(s []int) bool { return s[0] > 1 && s[1] > 2 && s[2] == 4 },
			"axis 0 > 1 and axis 1 > 2 and axis 2 = 4"},
		{"either of two", cube, func(s []int) bool { return s[0] == 1 || s[1] == 1 }, "axis 0 = 1 or axis 1 = 1"},
		{"a square", cube, func(s []int) bool { return s[0] == s[2] }, "axis 0 = axis 2"},
		{"no multiple of four", vectors, func(s []int) bool { return s[0]%4 != 0 }, "axis 0 is no multiple of 4"},
		{"a product", cube, func(s []int) bool { return s[1]*s[2] > 12 }, "the product of axes 1 to 2 > 12"},
		{"the count", cube, func(s []int) bool { return s[0]*s[1]*s[2] > 24 }, "the number of elements > 24"},
		{"the rank", slices.Concat(vectors, cube), func(s []int) bool { return len(s) == 3 }, "the rank > 1"},
		{"the last axis", slices.Concat(vectors[:5], Grid(sizes, sizes), cube),
			func(s []int) bool { return s[len(s)-1] == 1 }, "the last axis = 1"},
		{"at random", cube, func(s []int) bool { return chosen[words.Shape(s)] }, ""},
		{"one shape of many", cube, func(s []int) bool { return slices.Equal(s, []int{2, 3, 5}) }, ""},
		{"nothing", cube, func(s []int) bool { return false }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Sweep(t.Context(), c.shapes, squares(c.wrong), Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if s.Wrong != nil {
				got = s.Wrong.Text
			}
			if got != c.want {
				t.Errorf("the condition is %q: want %q", got, c.want)
			}
			for i, r := range s.Rows {
				want := Passed
				if c.wrong(c.shapes[i]) {
					want = Failed
				}
				if r.Result != want || !slices.Equal(r.Shape, c.shapes[i]) || (r.Problem == "") != (want == Passed) {
					t.Errorf("%+v: want %v for %v", r, want, c.shapes[i])
				}
			}
		})
	}
}

// A few shapes are explained by many conditions, so that none is said.
func TestSweepOfFewShapes(t *testing.T) {
	shapes := [][]int{{1, 5, 2}, {3, 2, 7}, {2, 2, 2}, {4, 1, 3}}
	s, err := Sweep(t.Context(), shapes, squares(func(s []int) bool { return s[0] == 3 || s[0] == 4 }), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Wrong == nil || s.Wrong.Text != "axis 0 > 2" || s.Wrong.Others == 0 {
		t.Errorf("%+v: want axis 0 > 2, one among several", s.Wrong)
	}
	s, err = Sweep(t.Context(), shapes, squares(func(s []int) bool { return s[0] == 1 || s[0] == 3 }), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Wrong != nil && strings.Contains(s.Wrong.Text, " and ") {
		t.Errorf("%+v of four shapes: want none of two parts", s.Wrong)
	}
}

// Errors and panics are the shape's result, and are explained too.
func TestSweepErrors(t *testing.T) {
	right := squares(func([]int) bool { return false })
	for name, fail := range map[string]func() (Function, error){
		"an error of build": func() (Function, error) { return nil, errors.New("no such shape") },
		"a panic of build":  func() (Function, error) { panic("no such shape") },
		"a panic of the loss": func() (Function, error) {
			return Of(func([]float64) float64 { panic("no such shape") }, func(g, v []float64) {}, []float64{1}), nil
		},
	} {
		s, err := Sweep(t.Context(), Grid([]int{1, 2, 3}, []int{1, 2, 3}), func(shape []int) (Function, error) {
			if shape[1] == 1 {
				return fail()
			}
			return right(shape)
		}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s.OK() || s.Wrong != nil || s.NotChecked == nil || s.NotChecked.Text != "axis 1 = 1" {
			t.Errorf("%s: %v", name, s)
		}
		if text := s.String(); !strings.HasPrefix(text, "NOT CHECKED for 3 of 9 shapes, exactly where axis 1 = 1") ||
			!strings.Contains(text, "no such shape") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Sweep(ctx, Grid([]int{1}), right, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of a cancelled sweep", err)
	}
	all, err := Sweep(t.Context(), Grid([]int{1, 2}), squares(func([]int) bool { return true }), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "WRONG  for 2 of 2 shapes, whatever the shape\n"; !strings.HasPrefix(all.String(), want) {
		t.Errorf("%s\nwant it to begin with %s", all, want)
	}
}

// Among labels drawn at random few are explained: mostChance for each number of
// parts, and those that one part explains by luck.
func TestSweepExplainsNoChance(t *testing.T) {
	const draws = 300
	for _, c := range []struct {
		name   string
		shapes [][]int
	}{
		{"8 shapes", Grid([]int{1, 2}, []int{1, 2}, []int{1, 2})},
		{"16 shapes", Grid([]int{1, 2, 3, 4}, []int{1, 2, 3, 4})},
		{"27 shapes", Grid([]int{1, 2, 3}, []int{1, 2, 3}, []int{1, 2, 3})},
	} {
		for _, n := range []int{2, 3, len(c.shapes) / 2} {
			random := rand.New(rand.NewPCG(8, uint64(n)))
			explained := 0
			for range draws {
				marked := make([]bool, len(c.shapes))
				for _, i := range random.Perm(len(marked))[:n] {
					marked[i] = true
				}
				if found := simplest(c.shapes, marked); found != nil &&
					(strings.Contains(found.Text, " and ") || strings.Contains(found.Text, " or ")) {
					explained++
				}
			}
			// Three standard deviations above what is to be expected at most.
			if limit := 2 * mostChance * draws; float64(explained) > limit+3*math.Sqrt(limit) {
				t.Errorf("%s, %d of them: %d of %d explained: want at most about %v", c.name, n, explained, draws, limit)
			}
		}
	}
}
