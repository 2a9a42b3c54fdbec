package compare

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gradtwin/internal/words"
)

// Swept is what a sweep over shapes found.
type Swept struct {
	Rows []Row `json:"rows"` // in the order of the shapes
	// Wrong says for which shapes the gradient is wrong, as in "axis 1 > 1 and
	// axis 2 ≠ 2", nil where it never is and where no simple condition holds for just
	// these of the shapes that were judged.
	Wrong *Condition `json:"wrong,omitempty"`
	// NotChecked says the same of the shapes whose check ended in an error.
	NotChecked *Condition `json:"not_checked,omitempty"`
}

// Row is one shape of a sweep.
type Row struct {
	Shape  []int  `json:"shape"`
	Result Result `json:"result"`
	// Problem is the error of a shape that could not be built or checked, and of
	// others what the check says first.
	Problem string  `json:"problem,omitempty"`
	Report  *Report `json:"-"` // nil of a shape that was not checked
}

// Grid returns all shapes that have one of the given sizes on each axis, the
// last axis changing fastest: Grid([]int{1, 2}, []int{3, 4}) is 1×3, 1×4, 2×3, 2×4.
func Grid(sizes ...[]int) [][]int {
	shapes := [][]int{{}}
	for _, axis := range sizes {
		var next [][]int
		for _, shape := range shapes {
			for _, d := range axis {
				next = append(next, append(slices.Clone(shape), d))
			}
		}
		shapes = next
	}
	return shapes
}

// Sweep checks what build makes of each shape, which need not be of one rank nor
// mean a tensor: build gives the numbers their meaning. A fault that depends on
// shapes is found where one shape alone would be luck, and said in a condition
// when a simple one explains it.
//
// An error of build, or of the check, and a panic, as of gorgonia.Must, are the
// shape's result. Options with Points make it several points a shape. Workers is
// 1 when it is 0: a panic in another goroutine would end the program. The error
// is ctx's.
func Sweep(
	ctx context.Context, shapes [][]int, build func(shape []int) (Function, error), o Options,
) (*Swept, error) {
	if o.Workers == 0 {
		o.Workers = 1
	}
	s := &Swept{}
	for _, shape := range shapes {
		r := Row{Shape: slices.Clone(shape), Result: NotChecked}
		var err error
		if r.Report, err = checkShape(ctx, r.Shape, build, o); ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		switch {
		case err != nil:
			r.Problem = err.Error()
		default:
			r.Result = r.Report.Result()
			r.Problem = r.Report.problem()
		}
		s.Rows = append(s.Rows, r)
	}
	s.Wrong = simplest(s.labelled(Failed, Passed))
	s.NotChecked = simplest(s.labelled(NotChecked, Passed, Failed, NotJudged))
	return s, nil
}

// checkShape builds and checks one shape.
func checkShape(ctx context.Context, shape []int, build func(shape []int) (Function, error),
	o Options) (r *Report, err error) {
	defer func() {
		if v := recover(); v != nil {
			r, err = nil, fmt.Errorf("panic: %v", v)
		}
	}()
	f, err := build(slices.Clone(shape))
	if err != nil {
		return nil, err
	}
	return Check(ctx, f, o)
}

// problem is what a report says first of a gradient that is not right.
func (r *Report) problem() string {
	switch {
	case r.OK():
		return ""
	case r.Culprit != nil:
		return r.Culprit.String()
	case !r.Wrong():
		return r.NotJudged[0]
	}
	if e := r.Worst; len(e) > 0 && e[0].Verdict == Wrong {
		return fmt.Sprintf("%s is %.6g where the loss gives %.6g", e[0].Name(), e[0].Symbolic, e[0].Numeric)
	}
	return r.wrongText()
}

// labelled returns the shapes of some results, and which of them have the first.
func (s *Swept) labelled(of Result, others ...Result) (shapes [][]int, is []bool) {
	for _, r := range s.Rows {
		if r.Result == of || slices.Contains(others, r.Result) {
			shapes = append(shapes, r.Shape)
			is = append(is, r.Result == of)
		}
	}
	return shapes, is
}

// OK reports whether the gradient passed for every shape.
func (s *Swept) OK() bool { return s.count(Passed) == len(s.Rows) }

func (s *Swept) count(result Result) (n int) {
	for _, r := range s.Rows {
		if r.Result == result {
			n++
		}
	}
	return n
}

// shownShapes is how many shapes of one result the text lists.
const shownShapes = 60

// String renders the sweep as text: what explains the failures, the shapes of
// each result, and one of each kind of failure.
func (s *Swept) String() string {
	b := textWriter{columns: textWidth}
	writeWrapped(&b, "", s.headline())
	for _, result := range []Result{Passed, Failed, NotJudged, NotChecked} {
		var shapes []string
		first := ""
		for _, r := range s.Rows {
			if r.Result == result {
				shapes = append(shapes, words.Shape(r.Shape))
				if first == "" && r.Problem != "" {
					first = words.Shape(r.Shape) + ": " + r.Problem
				}
			}
		}
		if shapes == nil {
			continue
		}
		n := len(shapes)
		if n > shownShapes {
			shapes = append(shapes[:shownShapes], fmt.Sprintf("%d more", n-shownShapes))
		}
		writeWrapped(&b, "  ", fmt.Sprintf("%s (%d): %s", result, n, strings.Join(shapes, ", ")))
		if first != "" {
			writeWrapped(&b, "    ", first)
		}
	}
	return b.String()
}

func (s *Swept) headline() string {
	text := ""
	for _, c := range []struct {
		result Result
		where  *Condition
	}{{Failed, s.Wrong}, {NotJudged, nil}, {NotChecked, s.NotChecked}} {
		n := s.count(c.result)
		switch {
		case n == 0:
			continue
		case text == "":
			text = label(string(c.result)) + fmt.Sprintf("for %d of %s", n, words.Count(len(s.Rows), "shape", "shapes"))
		default:
			text += fmt.Sprintf("; %s for %d", c.result, n)
		}
		if c.where != nil {
			text += ", " + c.where.String()
		}
	}
	if text == "" {
		return label(string(Passed)) + "for " + words.Count(len(s.Rows), "shape", "shapes")
	}
	return text
}
