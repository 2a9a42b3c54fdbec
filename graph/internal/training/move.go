package training

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
)

// checkMove compares how a solver has moved the elements with what it should do.
func (j *judge) checkMove(run int, c *call) {
	if c.err != nil {
		j.misuse(run, "the solver returns an error that the step ignores: "+c.err.Error(), "the step returns it")
		return
	}
	name := solverName(j.solver)
	if batch := dividesBy(j.solver); batch > 1 && j.averages(batch) {
		text := fmt.Sprintf("the gradient is divided by the batch size twice: "+
			"the cost is a mean over %.0f rows already, and WithBatchSize(%.0f) divides by it again", batch, batch)
		if _, adam := j.solver.(*gorgonia.AdamSolver); adam {
			j.note(text + ", which an AdamSolver's steps hardly depend on")
		} else {
			j.misuse(run, text, "no WithBatchSize, or Sum in place of Mean")
		}
	}
	d, known := descentOf(j.solver)
	rate := d.rate
	if !known {
		if rate, _ = peek.Float(j.solver, "eta"); rate == 0 {
			if rate, _ = peek.Float(j.solver, "η"); rate == 0 && !peek.IsGorgoniasType(reflect.TypeOf(j.solver)) {
				rate = 1
			}
		}
	}
	moved, should := false, false
	var still, other []string
	for k, of := range c.given {
		if !of {
			continue
		}
		stands, differs, due := true, false, false
		from, to := j.Span(k)
		for i := from; i < to; i++ {
			by := c.after[i] - c.x[i]
			slack := d.slack(c.x[i], c.bound[i], j.Single)
			want := d.move(c.x[i], c.bound[i])
			if !known {
				want = rate * min(1, math.Abs(c.bound[i]))
			}
			stands = stands && by == 0
			due = due || math.Abs(want) > slack
			differs = differs || known && !(math.Abs(by-want) <= slack)
		}
		moved, should = moved || !stands, should || due
		switch {
		case stands && due:
			still = append(still, j.Layout[k].Name)
		case differs:
			other = append(other, j.Layout[k].Name)
		}
	}
	switch {
	case !moved && should && name == "AdamW":
		j.misuse(run, "AdamW.Step of gorgonia v0.9.18 never updates the weights: it changes copies of them",
			"AdamSolver, with WithL2Reg where the weights are to decay")
	case !moved && should:
		j.misuse(run, name+" moves no element though the gradient is not 0", "")
	case known && len(still) > 0:
		j.misuse(run, fmt.Sprintf("%s does not move %s%s", name, strings.Join(still, ", "), j.shared()),
			"BindDualValues for all that the solver is given")
	case len(other) > 0:
		j.misuse(run, fmt.Sprintf("%s moves %s otherwise than by %v", name, strings.Join(other, ", "), d), "")
	}
}

// shared names two inputs that share the memory of their gradients: a solver clears it
// with the first of them.
func (j *judge) shared() string {
	for a, l := range j.Params {
		for b, o := range j.Params[:a] {
			x, err := l.Node.Grad()
			y, also := o.Node.Grad()
			if err == nil && also == nil && x != nil && y != nil && memory.Overlap(memory.Bytes(x), memory.Bytes(y)) {
				return fmt.Sprintf(": %s and %s have one gradient in common, which is cleared with the first of them",
					j.Layout[b].Name, j.Layout[a].Name)
			}
		}
	}
	return ""
}

// checkUndone reports a step that sets inputs to their old values again.
func (j *judge) checkUndone(run, call int, c *call) {
	t := j.runs[run]
	for k, of := range c.given {
		from, to := j.Span(k)
		elements := func(x []float64) []float64 { return x[from:to] }
		moved := !same(elements(c.x), elements(c.after))
		switch {
		case !of || call > 0:
		case run > 0 && len(j.runs[run-1].calls) > 0 && !same(elements(t.before), elements(c.x)) &&
			same(elements(c.x), elements(j.runs[run-1].calls[0].x)):
			j.misuse(run, "the step gives "+j.Layout[k].Name+" its old values before the machine runs: what the solver "+
				"has changed is lost", "values that are set once, before the first step")
		case moved && len(t.calls) == 1 && same(elements(t.after), elements(c.x)):
			j.misuse(run, "the step gives "+j.Layout[k].Name+" its old values after the solver was called: what that has "+
				"changed is lost", "")
		}
	}
}
