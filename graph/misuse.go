package graph

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/internal/peek"
)

// stepJudge says what the runs of a step show.
type stepJudge struct {
	*recorder
	step *TrainingStep
	rate float64 // of a step that updates by hand, 0 where it is not known
}

// given is a gradient that a step has used.
type given struct {
	run       int // from 0
	again     bool
	bound     []float64 // the gradient
	entry     []float64 // what was there before the step, or the call, began
	right     []float64 // the graph's gradient
	previous  []float64 // the graph's gradient at the use before, nil at the first
	slack     []float64 // how far each element of bound may be off, nil for not at all
	x         []float64
	ranLater  bool   // something was bound after the solver had been called
	of        []bool // the tensors that it is about
	followed  bool
	idle      []string
	changed   []string
	deviation bool // it is the gradient of the step as a function
	byHand    bool // it is read off the elements' move, by a rate that may change
}

// judge looks at all runs.
func (j *stepJudge) judge() error {
	var previous []float64
	missing, others := j.layout, []string(nil)
	for n, t := range j.runs {
		entry := t.entry
		for m, c := range t.calls {
			g := &given{
				run: n, again: m > 0, bound: c.bound, entry: entry, right: c.gradient, previous: previous, x: c.x,
				ranLater: m == len(t.calls)-1 && !same(t.exit, c.left), of: c.given, followed: c.followed, idle: c.idle, changed: c.changed, deviation: n == 0 && m == 0,
			}
			if err := j.gradient(g); err != nil {
				return err
			}
			j.move(n, c)
			j.undone(n, m, c)
			previous, entry = c.gradient, c.left
			missing = slices.DeleteFunc(slices.Clone(missing), func(l gradtwin.Tensor) bool {
				return c.given[slices.IndexFunc(j.layout, func(o gradtwin.Tensor) bool { return o.Name == l.Name })]
			})
			others = append(others, c.others...)
		}
		if len(t.calls) == 0 {
			if err := j.byHand(n, t, previous); err != nil {
				return err
			}
			previous = t.gradient
		}
	}
	j.summary(missing, others)
	return nil
}

// summary says what was seen of a step in which nothing is wrong, and what the
// solver is not asked to move.
func (j *stepJudge) summary(missing gradtwin.Layout, others []string) {
	if len(j.runs[0].calls) == 0 {
		return
	}
	if len(missing) > 0 {
		names := make([]string, len(missing))
		for k, t := range missing {
			names[k] = t.Name
		}
		j.note("not in the list that the solver is given, and not moved by it: " + strings.Join(names, ", "))
	}
	if slices.Sort(others); len(others) > 0 {
		j.note("the solver also moves " + strings.Join(slices.Compact(others), ", "))
	}
	if t := reflect.TypeOf(j.solver); !peek.IsGorgoniasType(t) && mayKeepState(t) {
		j.note(fmt.Sprintf("%v is not Gorgonia's own: what it keeps from step to step is not put back", t))
	}
	if j.step.misuses != nil {
		return
	}
	text := fmt.Sprintf("the training step was run %d times and put back: %s is given the gradient", trainingRuns, solverName(j.solver))
	if d, ok := descentOf(j.solver); ok {
		text += fmt.Sprintf(" and moves the elements by %v", d)
	} else {
		text += "; how it moves the elements is not judged"
	}
	j.note(text)
}

// note adds a sentence, once.
func (j *stepJudge) note(text string) {
	if !slices.Contains(j.step.notes, text) {
		j.step.notes = append(j.step.notes, text)
	}
}

// misuse adds what is wrong, once.
func (j *stepJudge) misuse(run int, problem, instead string) {
	if !slices.ContainsFunc(j.step.misuses, func(f gradtwin.Fault) bool { return f.Problem == problem }) {
		j.step.misuses = append(j.step.misuses, gradtwin.Fault{Node: fmt.Sprintf("run %d of the step", run+1), Problem: problem, Instead: instead})
	}
}

// gradient says whether a gradient that was used is that of the graph, and what it
// is when it is not.
func (j *stepJudge) gradient(g *given) error {
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
		problem = strings.Join(g.idle, ", ") + " in evaluation mode: a machine that was made with EvalMode switches the operations of its graph for all machines"
		instead = "a graph of its own for the evaluation, with the same tensors, or SetTraining before each step"
	case problem == "" && !g.followed:
		return fmt.Errorf("%s draw anew in the step's machine, and what they drew cannot be read there", labels(j.user.held.random))
	case problem == "" && j.deliberate(g):
		return nil
	case problem == "" && len(g.changed) > 0:
		return fmt.Errorf("the step changes %s, and what is used is not the gradient of the last run alone: to be judged, a step has to use one batch", strings.Join(g.changed, ", "))
	case problem == "":
		problem = j.names(g) + ": what is used is not the gradient of the cost with the elements and the data that the inputs hold then"
	}
	if g.deviation {
		j.step.deviation = make([]float64, len(g.bound))
		for k, of := range g.of {
			for i := j.starts[k]; of && i < j.starts[k]+j.layout[k].Len(); i++ {
				j.step.deviation[i] = g.bound[i] - g.right[i]
			}
		}
	}
	j.misuse(g.run, problem, instead)
	return nil
}

// mostRuns is how many runs of a machine in one step are told apart.
const mostRuns = 16

// recognise names what a gradient is that is not the graph's, "" where it is
// nothing known.
func (j *stepJudge) recognise(g *given) (problem, instead string) {
	const order = "the machine's RunAll, the solver's Step, the machine's Reset, in this order"
	empty := !j.any(g, g.entry)
	switch {
	case same(g.bound, g.entry) && g.again:
		return "the solver is called again before the machine has run again: there is no gradient any more", "one call of the solver a run"
	case same(g.bound, g.entry) && g.ranLater:
		return "the solver is called before the machine runs", order
	case same(g.bound, g.entry):
		return "the machine has not run: RunAll does nothing, without an error, on a machine that has run and was not Reset (a LispMachine runs only once), and what was bound before is used", order
	case g.previous != nil && j.all(g, g.previous):
		return "what is used is the gradient of the step before", order
	}
	for runs := 1; runs <= mostRuns; runs++ {
		switch sum := combined(g.entry, g.right, float64(runs)); {
		case runs == 1 && !empty && j.all(g, sum):
			return "the gradients accumulate over runs: each run adds to what is bound, and nothing has cleared it", "a solver of Gorgonia's, which clears what it has used, or zeros in what Grad() returns, before each run"
		case runs > 1 && j.all(g, sum):
			return fmt.Sprintf("the machine runs %d times before the gradient is used, and each run adds to what is bound", runs), "one run a step, and a machine without BindDualValues to look at the loss"
		}
	}
	if name := j.otherCost(g); name != "" {
		return fmt.Sprintf("what is used is the gradient of %s, another cost of the graph (a second Grad in one graph returns the first cost's gradient)", name), "a graph of its own for each cost"
	}
	if c := j.factor(g); c > 0 && c < 1 && !g.byHand {
		if n := math.Round(1 / c); j.isBatch(n) && j.all(g, scaled(g.right, 1/n)) {
			return fmt.Sprintf("what is used is the gradient divided by %.0f", n), "the gradient of the cost as it is: a mean is divided already"
		}
	}
	return "", ""
}

// isBatch reports whether a number is a batch size: the first axis of an input.
func (j *stepJudge) isBatch(n float64) bool {
	return n > 1 && slices.ContainsFunc(j.leaves, func(l *leaf) bool {
		s := l.node.Shape()
		return len(s) > 0 && float64(s[0]) == n
	})
}

// deliberate notes what a user does to a gradient on purpose: a factor for all or
// below 1 for each tensor, a limit to each element, a share of the elements
// themselves. A single element shows none of these.
func (j *stepJudge) deliberate(g *given) bool {
	n, limit, product, square := 0, 0.0, 0.0, 0.0
	j.each(g, func(i int) {
		n++
		limit = max(limit, math.Abs(g.bound[i]))
		product += (g.bound[i] - g.right[i]) * g.x[i]
		square += g.x[i] * g.x[i]
	})
	if n < 2 {
		return false
	}
	clipped, decayed := slices.Clone(g.right), slices.Clone(g.right)
	j.each(g, func(i int) {
		clipped[i] = max(-limit, min(limit, g.right[i]))
		decayed[i] += product / square * g.x[i]
	})
	switch c := j.factor(g); {
	case c != 0 && j.all(g, scaled(g.right, c)):
		j.note(fmt.Sprintf("what is used is %.6g times the gradient, as with a limit to its norm", c))
	case j.shrunk(g):
		j.note("what is used is the gradient with a factor below 1 for each tensor, as with a limit to its norm")
	case limit > 0 && j.all(g, clipped):
		j.note(fmt.Sprintf("what is used is the gradient, each element limited to ±%.6g", limit))
	case square > 0 && j.all(g, decayed):
		j.note(fmt.Sprintf("what is used is the gradient and %.6g times the elements, as with weight decay", product/square))
	default:
		return false
	}
	return true
}

// shrunk reports whether each tensor's gradient has a factor of its own from 0 to
// 1, those of one element left out.
func (j *stepJudge) shrunk(g *given) bool {
	one := *g
	for k, of := range g.of {
		if !of {
			continue
		}
		one.of = make([]bool, len(g.of))
		one.of[k] = true
		if c := j.factor(&one); !(c > 0 && c < 1 && j.all(&one, scaled(g.right, c))) {
			return false
		}
	}
	return slices.ContainsFunc(j.layout, func(t gradtwin.Tensor) bool { return t.Len() > 1 })
}

// mostCosts is how many other scalars of a graph are tried.
const mostCosts = 8

// otherCost names another scalar of the graph whose gradient was used, "" where
// there is none.
func (j *stepJudge) otherCost(g *given) string {
	defer j.place(j.elements())
	j.place(g.x)
	graph := j.user.cost.Graph()
	costs, _ := differentiated(graph)
	costs = append(costs, scalarRoots(graph)...)
	var wrt gorgonia.Nodes
	for k, l := range j.params {
		if g.of[k] {
			wrt = append(wrt, l.node)
		}
	}
	for _, n := range costs[:min(mostCosts, len(costs))] {
		if n == j.user.cost {
			continue
		}
		w, err := Wrap(n, wrt...)
		if err != nil {
			continue
		}
		other, all := make([]float64, w.layout.Len()), make([]float64, len(g.bound))
		if err := w.Gradient(other); err != nil {
			continue
		}
		j.each(g, func(i int) { all[i], other = other[0], other[1:] })
		if j.any(g, all) && j.all(g, all) {
			return label(n)
		}
	}
	return ""
}

// factor returns what the graph's gradient is best multiplied by to give the used
// one, 0 where it is 0.
func (j *stepJudge) factor(g *given) float64 {
	product, square := 0.0, 0.0
	j.each(g, func(i int) {
		product += g.bound[i] * g.right[i]
		square += g.right[i] * g.right[i]
	})
	if square == 0 {
		return 0
	}
	return product / square
}

// each calls do for the elements that a gradient is about.
func (j *stepJudge) each(g *given, do func(i int)) {
	for k, of := range g.of {
		for i := j.starts[k]; of && i < j.starts[k]+j.layout[k].Len(); i++ {
			do(i)
		}
	}
}

// any reports whether a vector has an element there that is not 0.
func (j *stepJudge) any(g *given, v []float64) (any bool) {
	j.each(g, func(i int) { any = any || v[i] != 0 })
	return any
}

// all reports whether the used gradient is another one, in all tensors.
func (j *stepJudge) all(g *given, want []float64) bool {
	for k, of := range g.of {
		if of && !j.fits(g, want, k) {
			return false
		}
	}
	return true
}

// smallTensor is how much smaller than all gradients those of one tensor may be
// before their rounding counts for a difference: a bias in front of a batch
// normalization has only rounding.
const smallTensor = 1e-3

// fits reports whether the used gradient of tensor k is another one.
func (j *stepJudge) fits(g *given, want []float64, k int) bool {
	from, to := j.starts[k], j.starts[k]+j.layout[k].Len()
	scale, whole := 0.0, 0.0
	for i, w := range want {
		whole = max(whole, math.Abs(w), math.Abs(g.right[i]))
		if i >= from && i < to {
			scale = max(scale, math.Abs(w), math.Abs(g.bound[i]))
		}
	}
	bound := j.tolerance() * max(scale, smallTensor*whole)
	for i := from; i < to; i++ {
		slack := 0.0
		if g.slack != nil {
			slack = g.slack[i]
		}
		if math.Float64bits(g.bound[i]) != math.Float64bits(want[i]) && !(math.Abs(g.bound[i]-want[i]) <= bound+slack) {
			return false
		}
	}
	return true
}

// names lists the tensors that a gradient is about.
func (j *stepJudge) names(g *given) string {
	var names []string
	for k, of := range g.of {
		if of {
			names = append(names, j.layout[k].Name)
		}
	}
	return strings.Join(names, ", ")
}

// move says whether a solver has done what it should with what it was given.
func (j *stepJudge) move(run int, c *call) {
	if c.err != nil {
		j.misuse(run, fmt.Sprintf("the solver returns an error that the step ignores: %v", c.err), "the step returns it")
		return
	}
	name := solverName(j.solver)
	if batch := dividesBy(j.solver); batch > 1 && j.averages(batch) {
		text := fmt.Sprintf("the gradient is divided by the batch size twice: the cost is a mean over %.0f rows already, and WithBatchSize(%.0f) divides by it again", batch, batch)
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
		for i := j.starts[k]; i < j.starts[k]+j.layout[k].Len(); i++ {
			by := c.after[i] - c.x[i]
			bound := d.bound(c.x[i], c.bound[i], j.single)
			want := d.step(c.x[i], c.bound[i])
			if !known {
				want = rate * min(1, math.Abs(c.bound[i]))
			}
			stands = stands && by == 0
			due = due || math.Abs(want) > bound
			differs = differs || known && !(math.Abs(by-want) <= bound)
		}
		moved, should = moved || !stands, should || due
		switch {
		case stands && due:
			still = append(still, j.layout[k].Name)
		case differs:
			other = append(other, j.layout[k].Name)
		}
	}
	switch {
	case !moved && should && name == "AdamW":
		j.misuse(run, "AdamW.Step of gorgonia v0.9.18 never updates the weights: it changes copies of them", "AdamSolver, with WithL2Reg where the weights are to decay")
	case !moved && should:
		j.misuse(run, name+" moves no element though the gradient is not 0", "")
	case known && len(still) > 0:
		j.misuse(run, fmt.Sprintf("%s does not move %s%s", name, strings.Join(still, ", "), j.shared()), "BindDualValues for all that the solver is given")
	case len(other) > 0:
		j.misuse(run, fmt.Sprintf("%s moves %s otherwise than by %v", name, strings.Join(other, ", "), d), "")
	}
}

// shared says which inputs have one gradient in common, which a solver clears for
// the first of them.
func (j *stepJudge) shared() string {
	for a, l := range j.params {
		for b, o := range j.params[:a] {
			x, err := l.node.Grad()
			y, also := o.node.Grad()
			if err == nil && also == nil && x != nil && y != nil && overlap(memory(x), memory(y)) {
				return fmt.Sprintf(": %s and %s have one gradient in common, which is cleared with the first of them", j.layout[b].Name, j.layout[a].Name)
			}
		}
	}
	return ""
}

// undone says that a step gives inputs their old values again.
func (j *stepJudge) undone(run, call int, c *call) {
	t := j.runs[run]
	for k, of := range c.given {
		from, to := j.starts[k], j.starts[k]+j.layout[k].Len()
		part := func(x []float64) []float64 { return x[from:to] }
		moved := !same(part(c.x), part(c.after))
		switch {
		case !of || call > 0:
		case run > 0 && len(j.runs[run-1].calls) > 0 && !same(part(t.before), part(c.x)) && same(part(c.x), part(j.runs[run-1].calls[0].x)):
			j.misuse(run, fmt.Sprintf("the step gives %s its old values before the machine runs: what the solver has changed is lost", j.layout[k].Name), "values that are set once, before the first step")
		case moved && len(t.calls) == 1 && same(part(t.after), part(c.x)):
			j.misuse(run, fmt.Sprintf("the step gives %s its old values after the solver was called: what that has changed is lost", j.layout[k].Name), "")
		}
	}
}

// byHand judges a step that calls no solver by how it moves the elements: by the
// gradient times a rate, which the first run shows.
func (j *stepJudge) byHand(run int, t *training, previous []float64) error {
	if j.solver != nil {
		j.note("the step does not call the solver that it is given")
	}
	move := make([]float64, len(t.before))
	g := &given{
		run: run, right: t.gradient, previous: previous, x: t.before, of: make([]bool, len(j.params)), byHand: true, followed: len(j.user.held.random) == 0,
		bound: make([]float64, len(t.before)), entry: make([]float64, len(t.before)), slack: make([]float64, len(t.before)),
	}
	for i := range move {
		move[i] = t.after[i] - t.before[i]
	}
	for k := range g.of {
		g.of[k] = true
	}
	if same(t.before, t.after) {
		if j.any(g, t.gradient) {
			j.misuse(run, "the step changes none of the inputs", "a call of the solver with the inputs in its list")
		}
		return nil
	}
	if run == 0 {
		g.bound = move
		j.rate = -j.factor(g)
	}
	if j.rate == 0 {
		return nil
	}
	unit := math.Pow(2, -52)
	if j.single {
		unit = math.Pow(2, -23)
	}
	for i := range move {
		g.bound[i] = -move[i] / j.rate
		g.slack[i] = 4 * unit * math.Abs(t.before[i]/j.rate)
	}
	if run == 0 {
		if !j.all(g, t.gradient) {
			j.rate = 0
			j.note("the step moves the elements by hand and not along the gradient: how is not judged")
			return nil
		}
		j.note(fmt.Sprintf("the step moves the elements by hand, by %.4g times the gradient", -j.rate))
		return nil
	}
	for i := range g.entry {
		// What stays bound from run to run is what the runs before have used.
		g.entry[i] = -(j.runs[run-1].after[i] - j.runs[run-1].before[i]) / j.rate
	}
	return j.gradient(g)
}

// same reports whether two vectors have the same bits.
func same(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// combined returns a + n·b.
func combined(a, b []float64, n float64) []float64 {
	out := make([]float64, len(a))
	for i := range out {
		out[i] = a[i] + n*b[i]
	}
	return out
}

// scaled returns c·a.
func scaled(a []float64, c float64) []float64 { return combined(make([]float64, len(a)), a, c) }
