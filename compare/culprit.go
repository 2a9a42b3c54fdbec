package compare

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gradtwin"
)

// Culprit is where a wrong gradient goes wrong: the gradient of an operation's
// result is right, that of its operand is not.
//
// It is looked for when a tensor is wrong, in a function that can be cut at its
// inner values (a graph.Wrap is one): a cut is the function of one inner value,
// and is checked as a tensor is that is probed, in 50 to 200 calls that the report
// counts. As many cuts as the logarithm of the graph's depth are enough for a
// chain. Nothing is looked for under Options.MaxCalls and MaxTime, at order 2, and
// by shards: Merge leaves it out.
type Culprit struct {
	// Operations is the one at fault, or, where an operand has several users whose
	// gradients are all right, those among which it is: of these the one that
	// Report.Faults lists, if it lists one.
	Operations []string `json:"operations"`
	Operand    string   `json:"operand"`
	// Symbolic and Numeric are the slopes of one element of the operand, or along
	// a direction where no element was named; Ratio is the first by the second, 0
	// where there is none.
	Symbolic float64 `json:"symbolic"`
	Numeric  float64 `json:"numeric"` // math.MaxFloat64 where it is NaN or infinite
	Ratio    float64 `json:"ratio,omitempty"`
	Known    bool    `json:"known,omitempty"` // Report.Faults lists the operation
}

// String says it in a sentence.
func (c *Culprit) String() string {
	at := c.Operations[0] + ": the gradient of its result is right, that of its operand "
	if len(c.Operations) > 1 {
		at = "one of " + strings.Join(c.Operations, ", ") + ": the gradients of their results are right, that of their operand "
	}
	s := fmt.Sprintf("%s%s is %.6g where the loss gives %.6g", at, c.Operand, c.Symbolic, c.Numeric)
	if c.Ratio != 0 {
		s += fmt.Sprintf(" (ratio %.6g)", c.Ratio)
	}
	if c.Known {
		s += ", a known fault"
	}
	return s
}

// cuttable is a function that can be cut at the values between its elements and
// its loss.
type cuttable interface {
	// Users names the operations that use a value, a tensor of the layout or an
	// operation's result by the name that Users gives, and through which its
	// gradient goes; nil at the loss.
	Users(name string) []string
	// Cut is the function of that value alone, at the present point.
	Cut(name string) (Function, error)
}

const (
	// mostNamed is how many operations are named that cannot be told apart.
	mostNamed = 3
	// mostSuspects is how many users of a value are looked at.
	mostSuspects = 16
)

// addCulprit names the operation at fault, if there is one and the function can
// be cut. The calls it takes are added to the report's.
func (r *Report) addCulprit(ctx context.Context, f Function, o Options) error {
	d, ok := f.(cuttable)
	if !ok || !r.Wrong() || o.MaxCalls > 0 || o.MaxTime > 0 || o.Order > 1 {
		return nil
	}
	s := &search{cuttable: d, report: r, options: o, seen: map[string]*cut{}}
	for _, t := range r.Tensors {
		if !t.wrong() {
			continue
		}
		var err error
		if r.Culprit, err = s.from(ctx, t.Tensor.Name); err != nil || r.Culprit != nil {
			return err
		}
	}
	return nil
}

// search looks for an operation at fault.
type search struct {
	cuttable
	report  *Report
	options Options // resolved
	seen    map[string]*cut
}

// cut is what the check of a cut has found.
type cut struct {
	verdict           Verdict // OK, Wrong, or Inconclusive where it says nothing
	symbolic, numeric float64
}

// from looks between a wrong tensor and the loss. It returns nil where the
// function is right once it is cut at the tensor itself: then what is wrong is
// not in what can be cut.
func (s *search) from(ctx context.Context, name string) (*Culprit, error) {
	if len(s.Users(name)) == 0 {
		return nil, nil
	}
	c, err := s.at(ctx, name)
	if err != nil || c.verdict != Wrong {
		return nil, err
	}
	for {
		if name, err = s.bisect(ctx, name); err != nil {
			return nil, err
		}
		suspects, above, err := s.suspects(ctx, name)
		if err != nil {
			return nil, err
		}
		if above == "" {
			return s.culprit(name, suspects), nil
		}
		name = above
	}
}

// bisect returns a wrong value on one way from a wrong value to the loss whose
// user on that way is not wrong.
func (s *search) bisect(ctx context.Context, name string) (string, error) {
	way := []string{name}
	for users := s.Users(name); len(users) > 0; users = s.Users(users[0]) {
		way = append(way, users[0])
	}
	wrong, beyond := 0, len(way)-1 // the last one is the loss
	for beyond-wrong > 1 {
		middle := (wrong + beyond) / 2
		c, err := s.at(ctx, way[middle])
		if err != nil {
			return "", err
		}
		if c.verdict == Wrong {
			wrong = middle
		} else {
			beyond = middle
		}
	}
	return way[wrong], nil
}

// suspects returns the operations between a wrong value and those next to it that
// are right, none where they are too many, or else a value among them that is
// wrong.
func (s *search) suspects(ctx context.Context, name string) (suspects []string, above string, err error) {
	met := map[string]bool{}
	next := s.Users(name)
	for len(next) > 0 {
		if len(suspects) == mostSuspects {
			return nil, "", nil
		}
		user := next[0]
		next = next[1:]
		if met[user] {
			continue
		}
		met[user] = true
		suspects = append(suspects, user)
		c, err := s.at(ctx, user)
		switch {
		case err != nil:
			return nil, "", err
		case c.verdict == Wrong:
			return nil, user, nil
		case c.verdict != OK:
			next = append(next, s.Users(user)...)
		}
	}
	return suspects, "", nil
}

// culprit puts together what was found. Of several suspects a known fault is the
// one; too many say nothing.
func (s *search) culprit(operand string, suspects []string) *Culprit {
	at := s.seen[operand]
	c := &Culprit{Operations: suspects, Operand: operand, Symbolic: at.symbolic, Numeric: at.numeric}
	if at.numeric != 0 && at.numeric != math.MaxFloat64 {
		c.Ratio = at.symbolic / at.numeric
	}
	known := slices.DeleteFunc(slices.Clone(suspects), func(name string) bool {
		return !slices.ContainsFunc(s.report.Faults, func(f gradtwin.Fault) bool { return f.Node == name })
	})
	if len(known) == 1 {
		c.Operations, c.Known = known, true
	}
	if len(c.Operations) == 0 || len(c.Operations) > mostNamed {
		return nil
	}
	return c
}

// at checks the function cut at a value, once.
func (s *search) at(ctx context.Context, name string) (*cut, error) {
	if c := s.seen[name]; c != nil {
		return c, nil
	}
	c := &cut{verdict: Inconclusive}
	s.seen[name] = c
	if len(s.Users(name)) == 0 { // the loss, whose gradient is 1
		c.verdict = OK
		return c, nil
	}
	f, err := s.Cut(name)
	if err != nil {
		return c, nil // it says nothing
	}
	e := &evaluator{f: f, left: unlimited}
	at, err := measure(ctx, e, f.Layout(), s.options)
	if err == nil {
		j := newJudge(s.options, at)
		err = c.judge(ctx, &prober{judge: j, e: e})
		e.restore(at.x)
		e.work.add(besideWork(j.beside.levels()))
	}
	s.report.Calls += e.Calls
	s.report.Gradients += e.Gradients
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		c.verdict = Inconclusive // it says nothing either
	}
	return c, nil
}

// judge probes the cut value, and judges some of its elements where the directions
// do not decide, or where they disagree for the slopes of one.
func (c *cut) judge(ctx context.Context, p *prober) error {
	f := finding{tally: newTally()}
	if err := p.run(ctx, &f, false); err != nil {
		return err
	}
	if f.probe.Verdict == OK {
		c.verdict = OK
		return nil
	}
	elements := stratified(p.at, []int{p.k}, uncertifiedShare)
	if f.probe.Verdict == Wrong {
		c.verdict, c.symbolic, c.numeric = Wrong, f.probe.Symbolic, f.probe.Numeric
		elements = p.largestFirst(1)
	}
	agree := false
	for _, i := range elements {
		o, err := p.element(ctx, p.e, p.k, i)
		if err != nil {
			return err
		}
		if o.verdict == Wrong {
			c.verdict, c.symbolic, c.numeric = Wrong, o.symbolic, finite(o.numeric)
			return nil
		}
		agree = agree || o.verdict == OK || o.verdict == Kink
	}
	if agree && c.verdict != Wrong {
		c.verdict = OK
	}
	return nil
}
