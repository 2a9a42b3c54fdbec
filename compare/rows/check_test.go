// Package rows holds tests of package compare alone: one for each row of the
// table of what a checker must not pass, with the row's own inputs and with
// others of their kind. Each checks functions whose gradient is known, right or
// with a planted fault, and says which results are allowed.
package rows

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"gradtwin/compare"
)

// result is how a check ended, or a set of the ways that are allowed.
type result uint8

const (
	passed result = 1 << iota
	foundWrong
	notJudged // a check refused as empty too
	unsteady
	nonFinite
	overBudget
	otherError
)

var resultNames = []string{"ok", "wrong", "not judged", "*UnsteadyError", "*NonFiniteError", "ErrBudget",
	"another error"}

func (r result) String() string {
	var names []string
	for i, name := range resultNames {
		if r&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

// resultOf names the way in which a check ended.
func resultOf(r *compare.Report, err error) result {
	var (
		empty  *compare.EmptyError
		random *compare.UnsteadyError
		nan    *compare.NonFiniteError
	)
	switch {
	case err == nil && r.OK():
		return passed
	case err == nil && wrong(r):
		return foundWrong
	case err == nil || errors.As(err, &empty):
		return notJudged
	case errors.As(err, &random):
		return unsteady
	case errors.As(err, &nan):
		return nonFinite
	case errors.Is(err, compare.ErrBudget):
		return overBudget
	}
	return otherError
}

var (
	everyMode = []compare.Mode{compare.Full, compare.Probe, compare.Auto, compare.Sample}
	byElement = []compare.Mode{compare.Full, compare.Auto, compare.Sample}
	fullOnly  = []compare.Mode{compare.Full}
	probeOnly = []compare.Mode{compare.Probe}
)

// check is one check and what may come of it.
type check struct {
	name    string
	p       problem
	fault   fault // nil is the right gradient
	twin    fault // planted in the float64 twin
	options compare.Options
	modes   []compare.Mode // nil is every one
	want    result
	says    []string // the text must have these
	never   []string // and none of these
	also    func(t *testing.T, r *compare.Report, f *function)
}

// run makes the checks, each in all its modes.
func run(t *testing.T, checks []check) {
	t.Helper()
	for _, c := range checks {
		modes := c.modes
		if modes == nil {
			modes = everyMode
		}
		for _, mode := range modes {
			t.Run(c.name+"/"+mode.String(), func(t *testing.T) { c.run(t, mode) })
		}
	}
}

func (c check) run(t *testing.T, mode compare.Mode) {
	t.Helper()
	counted, f := c.p.function(c.fault, c.twin)
	o := c.options
	o.Mode = mode
	r, err := compare.Check(context.Background(), f, o)
	text := ""
	if err != nil {
		text = err.Error()
	} else {
		text = r.String()
	}
	if got := resultOf(r, err); got&c.want == 0 {
		t.Errorf("%v, want %v\n%s", got, c.want, text)
	}
	// A report breaks its lines, and a sentence may go over several.
	line := strings.Join(strings.Fields(text), " ")
	for _, part := range c.says {
		if !strings.Contains(line, part) {
			t.Errorf("want a text with %q:\n%s", part, text)
		}
	}
	for _, part := range c.never {
		if strings.Contains(line, part) {
			t.Errorf("want a text without %q:\n%s", part, text)
		}
	}
	if c.also != nil && err == nil {
		c.also(t, r, counted)
	}
	if !slices.Equal(counted.at, c.p.restored()) {
		t.Errorf("the elements were left as %v, want %v", counted.at, c.p.restored())
	}
}

// restored is the point that a check has to leave.
func (p problem) restored() []float64 {
	f, _ := p.function(nil, nil)
	return f.at
}

// both is the check of a planted fault, and that of the right gradient at the
// same point.
func both(p problem, what string, f fault, faulty, right result) []check {
	return []check{
		{name: p.name + "/" + what, p: p, fault: f, want: faulty},
		{name: p.name + "/right beside " + what, p: p, want: right},
	}
}

// withinCalls fails a check that calls the loss more often than four times an
// element and 300 times beside, by its own count or by the function's.
func withinCalls(t *testing.T, r *compare.Report, f *function) {
	t.Helper()
	if most := 4*len(f.at) + 300; r.Calls > most || f.calls > most {
		t.Errorf("%d elements took %d losses by the report and %d by the function, want at most %d", len(f.at), r.Calls,
			f.calls, most)
	}
}

// orEmpty is what is wanted of a right gradient at a point where all of it may
// be zero: then a check may be refused as empty.
func orEmpty(want result, g ...float64) result {
	for _, v := range g {
		if v != 0 {
			return want
		}
	}
	return want | notJudged
}
