package twin

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"gradtwin/internal/stats"
)

// Options says what a twin run does beside training.
type Options struct {
	// Test is where the accuracy is measured; nil measures none.
	Test Data
	// Every is the number of steps between two measurements of the accuracy;
	// 0 means before the first step and after the last only.
	Every int
	// Each is called after every step of both backends, with what both gave;
	// nil calls nothing. An error ends the run.
	Each func(symbolic, numeric Step) error
	// Trace is the record of the completed steps of a run that is continued. Run
	// adds to it; nil begins one.
	Trace *Trace
}

// Series is what one backend gave at each step.
type Series struct {
	Backend  string    `json:"backend"`
	Loss     []float64 `json:"loss"`     // of the step's own batch, after the update
	Seconds  []float64 `json:"seconds"`  // a step: gradient, update and loss
	Accuracy []float64 `json:"accuracy"` // share of the test rows, at Trace.Evaluated
}

// Trace is the record of a twin run.
type Trace struct {
	Config   Config `json:"config"`
	Symbolic Series `json:"symbolic"`
	Numeric  Series `json:"numeric"`
	// Drift is, after each step, how far the two parameter vectors are apart:
	// ‖θs − θn‖ / ‖θn‖ in the Euclidean norm.
	Drift []float64 `json:"drift"`
	// Evaluated holds the steps after which the accuracy was measured; 0 is
	// before the first.
	Evaluated []int `json:"evaluated"`
}

// LossGap returns the largest relative difference of the two losses over all
// steps, and the step where it stood.
func (t *Trace) LossGap() (gap float64, step int) {
	for i := range t.Drift {
		s, n := t.Symbolic.Loss[i], t.Numeric.Loss[i]
		if g := RelativeDifference(s, n); g > gap {
			gap, step = g, i+1
		}
	}
	return gap, step
}

// NewTrace returns the record of a run before its first step.
func (b Backends) NewTrace(c Config) *Trace {
	return &Trace{Config: c, Symbolic: Series{Backend: b.Symbolic.Name()}, Numeric: Series{Backend: b.Numeric.Name()}}
}

// Run trains both backends through the rest of a sampler, from the parameters
// that they hold. On an error, cancellation among them, the trace, the sampler and
// the parameters of both are where the last step that both finished left them.
func (b Backends) Run(ctx context.Context, sampler *Sampler, o Options) (*Trace, error) {
	trace := o.Trace
	if trace == nil {
		trace = b.NewTrace(sampler.config)
	}
	if len(trace.Drift) != sampler.Done() {
		return trace, fmt.Errorf("a record of %d steps for a run with %d completed", len(trace.Drift), sampler.Done())
	}
	for _, backend := range []Backend{b.Symbolic, b.Numeric} {
		if err := checkStart(backend, sampler); err != nil {
			return trace, err
		}
	}
	if sampler.Done() == 0 && len(trace.Evaluated) == 0 {
		if err := b.evaluate(trace, 0, o.Test); err != nil {
			return trace, err
		}
	}
	var steppers [2]stepper
	for sampler.Done() < sampler.config.Steps {
		s, m, err := b.step(ctx, sampler, &steppers)
		if err != nil {
			sampler.undo()
			return trace, err
		}
		trace.add(s, m, relativeDistance(b.Symbolic.Params().Flat, b.Numeric.Params().Flat))
		if n := sampler.Done(); o.Every > 0 && n%o.Every == 0 || n == sampler.config.Steps {
			if err := b.evaluate(trace, n, o.Test); err != nil {
				return trace, err
			}
		}
		if o.Each != nil {
			if err := o.Each(s, m); err != nil {
				return trace, err
			}
		}
	}
	return trace, nil
}

// step takes one step of both on one batch, or of neither. They take turns at going
// first: the second finds the batch in the processor's cache.
func (b Backends) step(ctx context.Context, sampler *Sampler, steppers *[2]stepper) (symbolic, numeric Step, err error) {
	batch := sampler.Next()
	backends, steps := [2]Backend{b.Symbolic, b.Numeric}, [2]Step{}
	first := 1 - sampler.given%2
	for k, i := range []int{first, 1 - first} {
		if steps[i], err = steppers[i].step(ctx, backends[i], batch, sampler); err != nil {
			if k == 1 {
				steppers[first].undo(backends[first])
			}
			return symbolic, numeric, err
		}
	}
	return steps[0], steps[1], nil
}

func (t *Trace) add(symbolic, numeric Step, drift float64) {
	for _, s := range []struct {
		series *Series
		step   Step
	}{{&t.Symbolic, symbolic}, {&t.Numeric, numeric}} {
		s.series.Loss = append(s.series.Loss, s.step.Loss)
		s.series.Seconds = append(s.series.Seconds, s.step.Seconds)
	}
	t.Drift = append(t.Drift, drift)
}

func (b Backends) evaluate(trace *Trace, step int, test Data) error {
	if test == nil {
		return nil
	}
	s, err := Accuracy(b.Symbolic, test)
	if err != nil {
		return err
	}
	n, err := Accuracy(b.Numeric, test)
	if err != nil {
		return err
	}
	trace.Evaluated = append(trace.Evaluated, step)
	trace.Symbolic.Accuracy = append(trace.Symbolic.Accuracy, s)
	trace.Numeric.Accuracy = append(trace.Numeric.Accuracy, n)
	return nil
}

// relativeDistance returns ‖a − b‖ / ‖b‖, and 0 for two zero vectors.
func relativeDistance(a, b []float64) float64 {
	var apart, size float64
	for i, x := range b {
		apart += (a[i] - x) * (a[i] - x)
		size += x * x
	}
	if apart == 0 {
		return 0
	}
	if stats.IsNotFinite(apart) || stats.IsNotFinite(size) {
		// The squares overflow from 1e154 on. Gonum's norms do not, but are slower.
		return stats.Finite(floats.Distance(a, b, 2) / floats.Norm(b, 2))
	}
	return stats.Finite(math.Sqrt(apart / size))
}
