package twin

import (
	"context"
	"fmt"
	"math"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/internal/stats"
)

// NonFiniteStepError is a step of training that led to a number that is NaN or
// infinite. The run ends there.
type NonFiniteStepError struct {
	Backend string
	Step    int     // counted from 1
	Loss    float64 // after the step
	LR      float64
	// What is the first of these that is not finite: gradient, parameter, loss.
	// Element is the first such element of a gradient or of the parameters, as
	// in W1[74,49], and Value what it is. For a loss, Element is the parameter
	// with the largest absolute value.
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

// diverged finds where a step that led to a number that is not finite went
// wrong. The backend's parameters are those from before the step, reached is
// what it led to.
func diverged(ctx context.Context, b Backend, batch gradtwin.Batch, s Step, reached []float64, lr float64) error {
	e := &NonFiniteStepError{Backend: b.Name(), Step: s.Step, Loss: s.Loss, LR: lr}
	layout := b.Params().Layout()
	// The step does not hand out its gradient, but it can be had again.
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
func checkStart(b Backend, feed *Feed) error {
	p := b.Params()
	if i := stats.FirstNotFinite(p.Flat); i >= 0 {
		return fmt.Errorf("%s: before step %d: %w", b.Name(), feed.Done()+1,
			&compare.NonFiniteError{What: "parameter", Element: p.Layout().Element(i), Value: p.Flat[i]})
	}
	return nil
}

// What makes a run diverged though all numbers are finite. With a δ inside its
// logarithm the loss is at most −ln δ, 16.1 in the experiment, and where it
// saturates the gradient is 0: at learning rate 10 the first step leads there,
// and no step leads out.
const (
	// highLossFactor times the loss that the run began with, or that of a
	// uniform guess, ln K for K classes, is a high loss. Over 8 seeds no batch
	// of the experiment's SGD run has a loss of more than 1.1 times ln K, with
	// learning rate 0.01 or 0.1.
	highLossFactor = 2
	// highLossSteps in a row with a high loss are said at once. At learning rate
	// 1 and 2 there are runs that come back from as many as 17.
	highLossSteps = 50
)

// HighLoss follows the losses of a backend's run and reports when the run has
// diverged to numbers that are finite.
type HighLoss struct {
	backend string
	lr      float64
	bound   float64
	last    Step
	since   int // the first of the steps with a high loss that go on; 0 when there is none
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
	drawn, feed, err := Begin(c, data)
	if err != nil {
		return 0, err
	}
	if start == nil {
		start = drawn
	}
	copy(b.Params().Flat, start.Flat)
	loss, err := b.Loss(feed.Next())
	if err != nil {
		return 0, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return loss, nil
}

// Add follows a step and reports whether it is the one at which the loss has been
// high for long enough to say so.
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

// Err returns a HighLossError when the loss has been high for long, or in all
// of a shorter run's steps, and nil otherwise.
func (h *HighLoss) Err() error {
	if h.since == 0 || h.last.Step-h.since+1 < min(highLossSteps, h.last.Step) {
		return nil
	}
	return &HighLossError{Backend: h.backend, Since: h.since, Bound: h.bound, Loss: h.last.Loss, LR: h.lr}
}

// HighLossError is a run that came to its end with a loss that is finite but
// has been high for long: see HighLoss.
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
