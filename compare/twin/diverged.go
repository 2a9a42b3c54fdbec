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
