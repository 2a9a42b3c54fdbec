package compare

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gradtwin"
	"gradtwin/internal/stats"
)

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
	// mostOperations is how many operations are named that cannot be told apart.
	mostOperations = 3
	// mostSuspects is how many users of a value are looked at.
	mostSuspects = 16
	// mostSearched is how many wrong tensors are searched from, until an operation
	// is named: one is enough but where the cuts say nothing.
	mostSearched = 8
)

// addCulprit names the operation at fault, if there is one and the function can
// be cut. The calls it takes are added to the report's.
func (r *Report) addCulprit(ctx context.Context, f Function, at *point, o Options) error {
	d, ok := f.(cuttable)
	if !ok || !r.Wrong() || o.MaxCalls > 0 || o.MaxTime > 0 || o.Order > 1 {
		return nil
	}
	s := &search{cuttable: d, report: r, options: o, noise: &at.noise, verdicts: map[string]Verdict{},
		correct: map[string]bool{}}
	var ways [][]string
	for _, t := range r.Tensors {
		way := s.way(t.Tensor.Name)
		switch {
		case t.wrong():
			ways = append(ways, way)
		case t.Largest > 0 && len(way) > 1:
			s.correct[way[1]] = true
		}
	}
	slices.SortStableFunc(ways, func(a, b []string) int { return cmp.Compare(len(a), len(b)) })
	for _, way := range ways[:min(len(ways), mostSearched)] {
		var err error
		if r.Culprit, err = s.follow(ctx, way); err != nil || r.Culprit != nil {
			return err
		}
	}
	return nil
}

// search looks for an operation at fault.
type search struct {
	cuttable
	report   *Report
	options  Options    // resolved
	noise    *lossNoise // of the whole function, whose loss every cut has
	verdicts map[string]Verdict
	correct  map[string]bool // operations that use a tensor whose gradient is right
}

// way returns one way from a value to the loss.
func (s *search) way(name string) []string {
	way := []string{name}
	for users := s.Users(name); len(users) > 0; users = s.Users(users[0]) {
		way = append(way, users[0])
	}
	return way
}

// follow looks along the way from a wrong tensor to the loss. It returns nil where
// the function is right once it is cut at the tensor itself: then what is wrong is
// not in what can be cut.
func (s *search) follow(ctx context.Context, way []string) (*Culprit, error) {
	if len(way) == 1 {
		return nil, nil
	}
	if v, err := s.verdictAt(ctx, way[0]); err != nil || v != Wrong {
		return nil, err
	}
	for {
		name, err := s.bisect(ctx, way)
		if err != nil {
			return nil, err
		}
		suspects, above, err := s.suspects(ctx, name)
		if err != nil {
			return nil, err
		}
		if above == "" {
			return s.culprit(ctx, name, suspects)
		}
		way = s.way(above)
	}
}

// bisect returns the last wrong value on a way that begins with one, whose user on
// the way is not wrong. The gradient of an operation that uses a right tensor is
// most likely right too, which makes the way shorter.
func (s *search) bisect(ctx context.Context, way []string) (string, error) {
	wrong, beyond := 0, len(way)-1 // the last one is the loss
	middle := 1 + slices.IndexFunc(way[1:], func(name string) bool { return s.correct[name] })
	for beyond-wrong > 1 {
		if middle <= wrong || middle >= beyond {
			middle = (wrong + beyond) / 2
		}
		v, err := s.verdictAt(ctx, way[middle])
		if err != nil {
			return "", err
		}
		if v == Wrong {
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
		v, err := s.verdictAt(ctx, user)
		switch {
		case err != nil:
			return nil, "", err
		case v == Wrong:
			return nil, user, nil
		case v != OK:
			next = append(next, s.Users(user)...)
		}
	}
	return suspects, "", nil
}

// culprit puts together what was found. Of several suspects it is those with a
// known fault, if there are any; too many say nothing.
func (s *search) culprit(ctx context.Context, operand string, suspects []string) (*Culprit, error) {
	c := &Culprit{Operations: suspects, Operand: operand}
	known := slices.DeleteFunc(slices.Clone(suspects), func(name string) bool {
		return !slices.ContainsFunc(s.report.Faults, func(f gradtwin.Fault) bool { return f.Node == name })
	})
	if len(known) > 0 {
		c.Operations, c.Known = known, true
	}
	if len(c.Operations) == 0 || len(c.Operations) > mostOperations {
		return nil, nil
	}
	err := s.cut(ctx, operand, func(p *prober) error { return c.setSlopes(ctx, p) })
	if c.Numeric != 0 && c.Numeric != math.MaxFloat64 {
		c.Ratio = c.Symbolic / c.Numeric
	}
	return c, err
}

// setSlopes sets the slopes: those of the element with the largest gradient if it is
// wrong, and else those along a direction that is.
func (c *Culprit) setSlopes(ctx context.Context, p *prober) error {
	o, err := p.element(ctx, p.e, p.k, p.largestFirst(1)[0])
	if err != nil {
		return err
	}
	if o.verdict == Wrong {
		c.Symbolic, c.Numeric = o.symbolic, stats.Finite(o.numeric)
		return nil
	}
	f := newFinding()
	err = p.examine(ctx, &f, 0)
	c.Symbolic, c.Numeric = f.Probe.Symbolic, f.Probe.Numeric
	return err
}

// verdictAt checks the function cut at a value, once. Inconclusive says nothing.
func (s *search) verdictAt(ctx context.Context, name string) (Verdict, error) {
	if v, ok := s.verdicts[name]; ok {
		return v, nil
	}
	v := Inconclusive
	if len(s.Users(name)) == 0 { // the loss, whose gradient is 1
		v = OK
	} else if err := s.cut(ctx, name, func(p *prober) (err error) {
		v, err = p.decide(ctx)
		return err
	}); err != nil {
		return v, err
	}
	s.verdicts[name] = v
	return v, nil
}

// cut does something with the function cut at a value. What ends in an error is
// left out, but for the end of the context.
func (s *search) cut(ctx context.Context, name string, do func(p *prober) error) error {
	f, err := s.Cut(name)
	if err != nil {
		return nil
	}
	e := &evaluator{f: f, budget: unlimited}
	if at, err := measure(ctx, e, f.Layout(), s.options, s.noise); err == nil {
		j := newJudge(s.options, at)
		_ = do(&prober{judge: j, e: e})
		e.restore(at.x)
		e.work.join(besideWork(j.beside.counts()))
	}
	s.report.Calls += e.Calls
	s.report.Gradients += e.Gradients
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}
