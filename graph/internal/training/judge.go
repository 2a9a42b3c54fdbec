package training

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/peek"
)

// judge says what the runs of a step show.
type judge struct {
	*recorder
	verdict *Verdict
	rate    float64 // of a step that updates by hand, 0 where it is not known
}

// look looks at all runs.
func (j *judge) look() error {
	var previous []float64
	listed := make([]bool, len(j.Params))
	var others []string
	for n, t := range j.runs {
		entry := t.entry
		for m, c := range t.calls {
			g := &given{
				run: n, again: m > 0, x: c.x, bound: c.bound, entry: entry, right: c.gradient, previous: previous, of: c.given,
				ranLater: m == len(t.calls)-1 && !same(t.exit, c.left), followed: c.followed, idle: c.idle, changed: c.changed,
				deviation: n == 0 && m == 0,
			}
			if err := j.gradient(g); err != nil {
				return err
			}
			j.move(n, c)
			j.undone(n, m, c)
			previous, entry = c.gradient, c.left
			for k, of := range c.given {
				listed[k] = listed[k] || of
			}
			others = append(others, c.others...)
		}
		if len(t.calls) == 0 {
			if err := j.byHand(n, t, previous); err != nil {
				return err
			}
			previous = t.gradient
		}
	}
	j.summary(listed, others)
	return nil
}

// summary says what was seen of a step in which nothing is wrong, and what the
// solver is not asked to move.
func (j *judge) summary(listed []bool, others []string) {
	if len(j.runs[0].calls) == 0 {
		return
	}
	for k, of := range listed {
		if !of {
			j.note(j.Layout[k].Name + " is not in the list that the solver is given, and is not moved by it")
		}
	}
	if slices.Sort(others); len(others) > 0 {
		j.note("the solver also moves " + strings.Join(slices.Compact(others), ", "))
	}
	if t := reflect.TypeOf(j.solver); !peek.IsGorgoniasType(t) && ops.MayKeepState(t) {
		j.note(fmt.Sprintf("%v is not Gorgonia's own: what it keeps from step to step is not put back", t))
	}
	if j.verdict.Misuses != nil {
		return
	}
	const ran = "the training step was run %d times and put back: %s is given the gradient"
	text := fmt.Sprintf(ran, stepRuns, solverName(j.solver))
	if d, ok := descentOf(j.solver); ok {
		text += fmt.Sprintf(" and moves the elements by %v", d)
	} else {
		text += "; how it moves the elements is not judged"
	}
	j.note(text)
}

// note adds a sentence, once.
func (j *judge) note(text string) {
	if !slices.Contains(j.verdict.Notes, text) {
		j.verdict.Notes = append(j.verdict.Notes, text)
	}
}

// misuse adds what is wrong, once.
func (j *judge) misuse(run int, problem, instead string) {
	if !slices.ContainsFunc(j.verdict.Misuses, func(f gradtwin.Fault) bool { return f.Problem == problem }) {
		where := fmt.Sprintf("run %d of the step", run+1)
		j.verdict.Misuses = append(j.verdict.Misuses, gradtwin.Fault{Node: where, Problem: problem, Instead: instead})
	}
}

// gradient says whether a gradient that was used is that of the graph, and what it
// is when it is not.
func (j *judge) gradient(g *given) error {
	all := g.of
	g.of = slices.Clone(all)
	for k := range g.of {
		g.of[k] = all[k] && !j.fits(g, g.right, k)
	}
	if !slices.Contains(g.of, true) {
		return nil
	}
	problem, instead := j.recognise(g)
	switch {
	case problem == "" && len(g.idle) > 0:
		problem = strings.Join(g.idle, ", ") + " in evaluation mode: a machine that was made with EvalMode " +
			"switches the operations of its graph for all machines"
		instead = "a graph of its own for the evaluation, with the same tensors, or SetTraining before each step"
	case problem == "" && !g.followed:
		random := inspect.Labels(j.Draws.Random)
		return fmt.Errorf("%s draw anew in the step's machine, and what they drew cannot be read there", random)
	case problem == "" && j.deliberate(g):
		return nil
	case problem == "" && len(g.changed) > 0:
		return fmt.Errorf("the step changes %s, and what is used is not the gradient of the last run alone: "+
			"to be judged, a step has to use one batch", strings.Join(g.changed, ", "))
	case problem == "":
		problem = j.names(g) + ": what is used is not the gradient of the cost " +
			"with the elements and the data that the inputs hold then"
	}
	if g.deviation {
		j.verdict.Deviation = make([]float64, len(g.bound))
		j.each(g, func(i int) { j.verdict.Deviation[i] = g.bound[i] - g.right[i] })
	}
	j.misuse(g.run, problem, instead)
	return nil
}

// mostRuns is how many runs of a machine in one step are told apart.
const mostRuns = 16

// recognise names what a gradient is that is not the graph's, "" where it is
// nothing known.
func (j *judge) recognise(g *given) (problem, instead string) {
	const order = "the machine's RunAll, the solver's Step, the machine's Reset, in this order"
	empty := !j.any(g, g.entry)
	stale := same(g.bound, g.entry) || g.byHand && j.all(g, g.entry)
	switch {
	case stale && g.again:
		return "the solver is called again before the machine has run again: there is no gradient any more",
			"one call of the solver a run"
	case stale && g.ranLater:
		return "the solver is called before the machine runs", order
	case stale:
		return "the machine has not run: RunAll does nothing, without an error, on a machine that has run and was not Reset " +
			"(a LispMachine runs only once), and what was bound before is used", order
	case g.previous != nil && j.all(g, g.previous):
		return "what is used is the gradient of the step before", order
	}
	for runs := 1; runs <= mostRuns; runs++ {
		switch sum := combined(g.entry, g.right, float64(runs)); {
		case runs == 1 && !empty && j.all(g, sum):
			return "the gradients accumulate over runs: each run adds to what is bound, and nothing has cleared it",
				"a solver of Gorgonia's, which clears what it has used, or zeros in what Grad() returns, before each run"
		case runs > 1 && j.all(g, sum):
			return fmt.Sprintf("the machine runs %d times before the gradient is used, and each run adds to what is bound", runs),
				"one run a step, and a machine without BindDualValues to look at the loss"
		}
	}
	if name := j.otherCost(g); name != "" {
		return fmt.Sprintf("what is used is the gradient of %s, another cost of the graph "+
			"(a second Grad in one graph returns the first cost's gradient)", name), "a graph of its own for each cost"
	}
	if c := j.factor(g); c > 0 && c < 1 && !g.byHand {
		if n := math.Round(1 / c); j.isBatch(n) && j.all(g, scaled(g.right, 1/n)) {
			return fmt.Sprintf("what is used is the gradient divided by %.0f", n),
				"the gradient of the cost as it is: a mean is divided already"
		}
	}
	return "", ""
}

// mostCosts is how many other scalars of a graph are tried.
const mostCosts = 8

// otherCost names another scalar of the graph whose gradient was used, "" where
// there is none.
func (j *judge) otherCost(g *given) string {
	defer j.place(j.elements())
	j.place(g.x)
	graph := j.UserCost.Graph()
	costs, _ := inspect.Differentiated(graph)
	costs = append(costs, inspect.ScalarRoots(graph)...)
	var wrt gorgonia.Nodes
	for k, l := range j.Params {
		if g.of[k] {
			wrt = append(wrt, l.Node)
		}
	}
	for _, n := range costs[:min(mostCosts, len(costs))] {
		if n == j.UserCost {
			continue
		}
		other, err := j.Other(n, wrt)
		if err != nil {
			continue
		}
		all := make([]float64, len(g.bound))
		j.each(g, func(i int) { all[i], other = other[0], other[1:] })
		if j.any(g, all) && j.all(g, all) {
			return inspect.Label(n)
		}
	}
	return ""
}

// names lists the tensors that a gradient is about.
func (j *judge) names(g *given) string {
	var names []string
	for k, of := range g.of {
		if of {
			names = append(names, j.Layout[k].Name)
		}
	}
	return strings.Join(names, ", ")
}
