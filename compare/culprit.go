package compare

import (
	"context"
	"errors"
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
// and is checked as a tensor is that is probed. Nothing is looked for under
// Options.MaxCalls and MaxTime, at order 2, and by shards: Merge leaves it out.
type Culprit struct {
	// Operations is the one at fault, or, where an operand has several users whose
	// gradients are all right, those among which it is.
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

// mostSuspects is how many operations are named that cannot be told apart.
const mostSuspects = 3

// addCulprit names the operation at fault, if there is one and the function can
// be cut. The calls it takes are added to the report's.
func (r *Report) addCulprit(ctx context.Context, f Function, o Options) error {
	d, ok := f.(cuttable)
	if !ok || !r.Wrong() || o.MaxCalls > 0 || o.MaxTime > 0 || o.Order > 1 {
		return nil
	}
	s := &search{cuttable: d, report: r, options: Options{Mode: Probe, Seed: o.Seed, Rtol: o.Rtol, C: o.C, Step: o.Step, Workers: 1}, seen: map[string]*cut{}}
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
	options Options
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
// are right, or else a value among them that is wrong.
func (s *search) suspects(ctx context.Context, name string) (suspects []string, above string, err error) {
	met := map[string]bool{}
	next := s.Users(name)
	for len(next) > 0 && len(suspects) <= mostSuspects {
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
	if len(c.Operations) > mostSuspects {
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
	r, err := Check(ctx, &counting{Function: f, report: s.report}, s.options)
	var empty *EmptyError
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.As(err, &empty), err == nil && r.OK():
		c.verdict = OK
	case err == nil && r.Wrong():
		c.verdict = Wrong
		if t := r.Tensors[0]; t.wholly() {
			c.symbolic, c.numeric = t.Probe.Symbolic, t.Probe.Numeric
		} else {
			c.symbolic, c.numeric = r.Worst[0].Symbolic, r.Worst[0].Numeric
		}
	}
	return c, nil
}

// counting is a cut that counts its calls in the report of the function it is of,
// and has nothing else to say: no clones, no faults, no cuts of its own.
type counting struct {
	Function
	report *Report
}

func (c *counting) Loss() (float64, error) {
	c.report.Calls++
	return c.Function.Loss()
}

func (c *counting) Gradient(dst []float64) error {
	c.report.Gradients++
	return c.Function.Gradient(dst)
}

// Float32 implements Narrow.
func (c *counting) Float32() bool {
	n, ok := c.Function.(Narrow)
	return ok && n.Float32()
}
