package training

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/inspect"
)

// checkGradient compares a gradient that was used with that of the graph, and reports
// what it is where they differ.
func (j *judge) checkGradient(g *given) error {
	all := g.of
	g.of = slices.Clone(all)
	for k := range g.of {
		g.of[k] = all[k] && !g.fits(g.right, k)
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
	case problem == "" && g.deliberate() != "":
		j.note(g.deliberate())
		return nil
	case problem == "" && len(g.changed) > 0:
		return fmt.Errorf("the step changes %s, and what is used is not the gradient of the last run alone: "+
			"to be judged, a step has to use one batch", strings.Join(g.changed, ", "))
	case problem == "":
		problem = g.names() + ": what is used is not the gradient of the cost " +
			"with the elements and the data that the inputs hold then"
	}
	if g.deviation {
		j.verdict.Deviation = make([]float64, len(g.bound))
		g.each(func(i int) { j.verdict.Deviation[i] = g.bound[i] - g.right[i] })
	}
	j.misuse(g.run, problem, instead)
	return nil
}

// mostRuns limits the runs of a machine in one step that are recognised.
const mostRuns = 16

// recognise describes a gradient that is not the graph's. It is "" where the gradient
// is none of the known mistakes.
func (j *judge) recognise(g *given) (problem, instead string) {
	const order = "the machine's RunAll, the solver's Step, the machine's Reset, in this order"
	empty := !g.any(g.entry)
	stale := same(g.bound, g.entry) || g.byHand && g.all(g.entry)
	switch {
	case stale && g.again:
		return "the solver is called again before the machine has run again: there is no gradient any more",
			"one call of the solver a run"
	case stale && g.ranLater:
		return "the solver is called before the machine runs", order
	case stale:
		return "the machine has not run: RunAll does nothing, without an error, on a machine that has run " +
			"and was not Reset (a LispMachine runs only once), and what was bound before is used", order
	case g.previous != nil && g.all(g.previous):
		return "what is used is the gradient of the step before", order
	}
	for runs := 1; runs <= mostRuns; runs++ {
		switch sum := combined(g.entry, g.right, float64(runs)); {
		case runs == 1 && !empty && g.all(sum):
			return "the gradients accumulate over runs: each run adds to what is bound, and nothing has cleared it",
				"a solver of Gorgonia's, which clears what it has used, or zeros in what Grad() returns, before each run"
		case runs > 1 && g.all(sum):
			const often = "the machine runs %d times before the gradient is used, and each run adds to what is bound"
			return fmt.Sprintf(often, runs),
				"one run a step, and a machine without BindDualValues to look at the loss"
		}
	}
	if name := j.otherCost(g); name != "" {
		return fmt.Sprintf("what is used is the gradient of %s, another cost of the graph "+
			"(a second Grad in one graph returns the first cost's gradient)", name), "a graph of its own for each cost"
	}
	if c := g.factor(); c > 0 && c < 1 && !g.byHand {
		if n := math.Round(1 / c); j.isBatch(n) && g.all(scaled(g.right, 1/n)) {
			return fmt.Sprintf("what is used is the gradient divided by %.0f", n),
				"the gradient of the cost as it is: a mean is divided already"
		}
	}
	return "", ""
}

// mostCosts limits the other scalars of a graph that are tried.
const mostCosts = 8

// otherCost names another scalar of the graph whose gradient was used. It is "" where
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
		g.each(func(i int) { all[i], other = other[0], other[1:] })
		if g.any(all) && g.all(all) {
			return inspect.Label(n)
		}
	}
	return ""
}
