package training

import (
	"fmt"
	"math"
)

// byHand judges a step that calls no solver by how it moves the elements: by the
// gradient times a rate, which the first run shows.
func (j *judge) byHand(run int, t *stepRun, previous []float64) error {
	if j.solver != nil {
		j.note("the step does not call the solver that it is given")
	}
	move := make([]float64, len(t.before))
	g := &given{
		subject: &j.Subject, run: run, byHand: true, x: t.before, right: t.gradient, previous: previous,
		of:    make([]bool, len(j.Params)),
		bound: make([]float64, len(move)), entry: make([]float64, len(move)), slack: make([]float64, len(move)),
		followed: len(j.Draws.Random) == 0,
	}
	for i := range move {
		move[i] = t.after[i] - t.before[i]
	}
	for k := range g.of {
		g.of[k] = true
	}
	if same(t.before, t.after) {
		if g.any(t.gradient) {
			j.misuse(run, "the step changes none of the inputs", "a call of the solver with the inputs in its list")
		}
		return nil
	}
	if run == 0 {
		g.bound = move
		j.rate = -g.factor()
	}
	if j.rate == 0 {
		return nil
	}
	unit := math.Pow(2, -52)
	if j.Single {
		unit = math.Pow(2, -23)
	}
	for i := range move {
		g.bound[i] = -move[i] / j.rate
		g.slack[i] = 4 * unit * math.Abs(t.before[i]/j.rate)
	}
	if run == 0 {
		if !g.all(t.gradient) {
			j.rate = 0
			j.note("the step moves the elements by hand and not along the gradient: how is not judged")
			return nil
		}
		j.note(fmt.Sprintf("the step moves the elements by hand, by %.4g times the gradient", -j.rate))
		return nil
	}
	for i := range g.entry {
		// What is bound when a run begins is what the run before has used.
		g.entry[i] = -(j.runs[run-1].after[i] - j.runs[run-1].before[i]) / j.rate
	}
	return j.checkGradient(g)
}
