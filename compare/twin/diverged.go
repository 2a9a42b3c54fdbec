package twin

import (
	"context"
	"fmt"
	"math"

	"gradtwin"
	"gradtwin/compare"
)

// DivergedError is the end of a run whose numbers have grown until one is no
// longer finite, or whose loss has: see HighLoss.
type DivergedError struct {
	Backend string
	Step    int     // where it began
	Loss    float64 // after the step; with Bound, after the last one
	LR      float64
	// What is gradient or parameter, Element the first of them that is not
	// finite, as in W1[74,49], and Value what it is. Where only the loss is not
	// finite What is "", and Element is the largest parameter.
	What    string
	Element string
	Value   float64
	// Bound is what the loss, though finite, has been above since the step; 0
	// where a number is not finite.
	Bound float64
}

func (e *DivergedError) Error() string {
	reason := fmt.Sprintf("the run diverged at learning rate %v; try a smaller one", e.LR)
	switch {
	case e.Bound > 0:
		return fmt.Sprintf("%s: since step %d the loss has been above %.3g, now it is %.3g: %s", e.Backend, e.Step, e.Bound, e.Loss, reason)
	case e.What == "gradient":
		if e.Step == 1 {
			reason = "so it is with the weights that the run began with, at any learning rate"
		}
		return fmt.Sprintf("%s: the gradient of %s is %v at step %d: %s", e.Backend, e.Element, e.Value, e.Step, reason)
	case e.What == "parameter":
		return fmt.Sprintf("%s: %s is %v and the loss %v after step %d: %s", e.Backend, e.Element, e.Value, e.Loss, e.Step, reason)
	default:
		return fmt.Sprintf("%s: the loss is %v after step %d, and %s, the largest parameter, %.3g: %s", e.Backend, e.Loss, e.Step, e.Element, e.Value, reason)
	}
}

// diverged finds where a step that led to a number that is not finite went
// wrong. The backend's parameters are those from before the step, reached is
// what it led to.
func diverged(ctx context.Context, b Backend, batch gradtwin.Batch, s Step, reached []float64, lr float64) error {
	e := &DivergedError{Backend: b.Name(), Step: s.Step, Loss: s.Loss, LR: lr}
	layout := b.Params().Layout()
	// The step does not hand out its gradient, but it can be had again.
	gradient := make([]float64, len(reached))
	if err := b.Gradient(ctx, gradient, batch); err == nil {
		if i := firstNotFinite(gradient); i >= 0 {
			e.What, e.Element, e.Value = "gradient", layout.Element(i), gradient[i]
			return e
		}
	}
	if i := firstNotFinite(reached); i >= 0 {
		e.What, e.Element, e.Value = "parameter", layout.Element(i), reached[i]
		return e
	}
	largest := 0
	for i, v := range reached {
		if math.Abs(v) > math.Abs(reached[largest]) {
			largest = i
		}
	}
	e.Element, e.Value = layout.Element(largest), reached[largest]
	return e
}

// checkStart refuses to train from parameters that are not finite.
func checkStart(b Backend, feed *Feed) error {
	p := b.Params()
	if i := firstNotFinite(p.Flat); i >= 0 {
		return fmt.Errorf("%s: before step %d: %w", b.Name(), feed.Done()+1, &compare.NonFiniteError{What: "parameter", Element: p.Layout().Element(i), Value: p.Flat[i]})
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

// HighLoss follows the losses of a backend's run and tells when the run has
// diverged to numbers that are finite.
type HighLoss struct {
	backend string
	lr      float64
	bound   float64
	last    Step
	since   int // the first of the steps with a high loss that go on; 0 when there is none
}

// NewHighLoss returns a HighLoss for a run of b. It leaves b with the run's
// initial parameters, for it measures the loss that the run begins with.
func NewHighLoss(b Backend, c Config, data Data) (*HighLoss, error) {
	start, feed, err := Begin(c, data)
	if err != nil {
		return nil, err
	}
	copy(b.Params().Flat, start.Flat)
	loss, err := b.Loss(feed.Next())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	guess := math.Log(float64(c.Spec.Classes()))
	return &HighLoss{backend: b.Name(), lr: c.LR, bound: highLossFactor * max(loss, guess)}, nil
}

// Add follows a step and tells whether it is the one at which the loss has been
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

// Err returns a DivergedError when the loss has been high for long, or in all
// of a shorter run's steps, and nil otherwise.
func (h *HighLoss) Err() error {
	if h.since == 0 || h.last.Step-h.since+1 < min(highLossSteps, h.last.Step) {
		return nil
	}
	return &DivergedError{Backend: h.backend, Step: h.since, Loss: h.last.Loss, LR: h.lr, Bound: h.bound}
}
