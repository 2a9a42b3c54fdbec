package twin

import (
	"context"
	"fmt"
	"math"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/internal/stats"
)

// NonFiniteStepError is a step of training that gave a NaN or an infinity. The run
// ends there.
type NonFiniteStepError struct {
	Backend string
	Step    int     // counted from 1
	Loss    float64 // after the step
	LR      float64
	// What is the first of these that is not finite: gradient, parameter, loss.
	// Element names the first element that is not finite, as in W1[74,49], and Value
	// is its value. For a loss it is the parameter with the largest magnitude.
	What    string
	Element string
	Value   float64
}

func (e *NonFiniteStepError) Error() string {
	switch e.What {
	case "gradient":
		reason := tooFast(e.LR)
		if e.Step == 1 {
			reason = "so it is with the weights that the run began with, at any learning rate"
		}
		return fmt.Sprintf("%s: the gradient of %s is %v at step %d: %s", e.Backend, e.Element, e.Value, e.Step, reason)
	case "parameter":
		return fmt.Sprintf("%s: %s is %v and the loss %v after step %d: %s",
			e.Backend, e.Element, e.Value, e.Loss, e.Step, tooFast(e.LR))
	default:
		return fmt.Sprintf("%s: the loss is %v after step %d, and %s, the largest parameter, %.3g: %s",
			e.Backend, e.Loss, e.Step, e.Element, e.Value, tooFast(e.LR))
	}
}

func tooFast(lr float64) string {
	return fmt.Sprintf("the run diverged at learning rate %v; try a smaller one", lr)
}

// diverged finds what of a step is not finite. The backend has the parameters from
// before the step; reached are those after it.
func diverged(ctx context.Context, b Backend, batch gradtwin.Batch, s Step, reached []float64, lr float64) error {
	e := &NonFiniteStepError{Backend: b.Name(), Step: s.Step, Loss: s.Loss, LR: lr}
	layout := b.Params().Layout()
	// The step does not return its gradient, so it is computed again.
	gradient := make([]float64, len(reached))
	if err := b.Gradient(ctx, gradient, batch); err == nil {
		if i := stats.FirstNotFinite(gradient); i >= 0 {
			e.What, e.Element, e.Value = "gradient", layout.Element(i), gradient[i]
			return e
		}
	}
	if i := stats.FirstNotFinite(reached); i >= 0 {
		e.What, e.Element, e.Value = "parameter", layout.Element(i), reached[i]
		return e
	}
	largest := 0
	for i, v := range reached {
		if math.Abs(v) > math.Abs(reached[largest]) {
			largest = i
		}
	}
	e.What, e.Element, e.Value = "loss", layout.Element(largest), reached[largest]
	return e
}

// checkStart refuses to train from parameters that are not finite.
func checkStart(b Backend, sampler *Sampler) error {
	p := b.Params()
	if i := stats.FirstNotFinite(p.Flat); i >= 0 {
		return fmt.Errorf("%s: before step %d: %w", b.Name(), sampler.Done()+1,
			&compare.NonFiniteError{What: "parameter", Element: p.Layout().Element(i), Value: p.Flat[i]})
	}
	return nil
}

// A run can diverge though all its numbers are finite. With a δ inside its
// logarithm the loss is at most −ln δ, 16.1 in the experiment, and where it
// saturates the gradient is 0: at learning rate 10 the first step leads there,
// and no later step leads out.
const (
	// highLossFactor times the initial loss of the run, or the loss of a uniform
	// guess, ln K for K classes, is a high loss. Over 8 seeds no batch of the
	// experiment's SGD run has a loss of more than 1.1·ln K at learning rate 0.01
	// or 0.1.
	highLossFactor = 2
	// highLossSteps steps in a row with a high loss are reported at once. At
	// learning rates 1 and 2 some runs recover after as many as 17.
	highLossSteps = 50
)

// HighLoss follows the losses of a backend's run and reports when the run has
// diverged to numbers that are finite.
type HighLoss struct {
	backend string
	lr      float64
	bound   float64
	last    Step
	since   int // the first step of the present row of high losses; 0 without one
}

// NewHighLoss returns a HighLoss for a run of the named backend that begins with
// the initial loss: see InitialLoss.
func NewHighLoss(backend string, c Config, initial float64) *HighLoss {
	guess := math.Log(float64(c.Spec.Classes()))
	return &HighLoss{backend: backend, lr: c.LR, bound: highLossFactor * max(initial, guess)}
}

// InitialLoss returns the loss of a run's first batch at the parameters start, nil
// for those that the run draws. It leaves b with them.
func InitialLoss(b Backend, c Config, data Data, start *gradtwin.Params) (float64, error) {
	drawn, sampler, err := Begin(c, data)
	if err != nil {
		return 0, err
	}
	if start == nil {
		start = drawn
	}
	copy(b.Params().Flat, start.Flat)
	loss, err := b.Loss(sampler.Next())
	if err != nil {
		return 0, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return loss, nil
}

// Add takes in a step and reports whether the loss has been high for exactly
// highLossSteps steps now.
func (h *HighLoss) Add(s Step) bool {
	h.last = s
	if s.Loss <= h.bound {
		h.since = 0
		return false
	}
	if h.since == 0 {
		h.since = s.Step
	}
	return s.Step-h.since+1 == highLossSteps
}

// Err returns a HighLossError when the loss has been high for highLossSteps steps, or
// for all steps of a shorter run, and nil otherwise.
func (h *HighLoss) Err() error {
	if h.since == 0 || h.last.Step-h.since+1 < min(highLossSteps, h.last.Step) {
		return nil
	}
	return &HighLossError{Backend: h.backend, Since: h.since, Bound: h.bound, Loss: h.last.Loss, LR: h.lr}
}

// HighLossError is a run whose loss is finite at its end but has been high for many
// steps: see HighLoss.
type HighLossError struct {
	Backend string
	Since   int     // the first step from which the loss was above Bound
	Bound   float64 // a loss above it is high
	Loss    float64 // after the last step
	LR      float64
}

func (e *HighLossError) Error() string {
	return fmt.Sprintf("%s: since step %d the loss has been above %.3g, now it is %.3g: %s",
		e.Backend, e.Since, e.Bound, e.Loss, tooFast(e.LR))
}
