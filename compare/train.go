package compare

import (
	"context"
	"fmt"
	"math"
	"time"

	"gradtwin"
)

// Step is what one step of training gave.
type Step struct {
	Step    int     `json:"step"`    // counted from 1
	Loss    float64 `json:"loss"`    // of the step's own batch, after the update
	Seconds float64 `json:"seconds"` // for gradient, update and loss
}

// DivergedError is the end of a run in which a number is no longer finite.
type DivergedError struct {
	Backend string
	Step    int
	Loss    float64 // after the step
	LR      float64
	// Element is the first parameter that is not finite after the step, as in
	// W1[74,49], and Value what it is; "" when only the loss is not.
	Element string
	Value   float64
}

func (e *DivergedError) Error() string {
	what := fmt.Sprintf("loss %v", e.Loss)
	if e.Element != "" {
		what = fmt.Sprintf("%s is %v and the loss %v", e.Element, e.Value, e.Loss)
	}
	return fmt.Sprintf("%s: %s after step %d: the run diverged at learning rate %v; try a smaller one", e.Backend, what, e.Step, e.LR)
}

// Train runs one backend through the rest of a feed, from the parameters that
// the backend holds. It calls each after every step; an error from there ends
// the run. On any error the backend's parameters and the feed are where the
// last finished step left them.
func Train(ctx context.Context, b Backend, feed *Feed, each func(Step) error) error {
	var t taker
	for feed.Done() < feed.config.Steps {
		batch := feed.Next()
		s, err := t.take(ctx, b, batch, feed)
		if err != nil {
			feed.undo()
			return err
		}
		if err := each(s); err != nil {
			return err
		}
	}
	return nil
}

// taker takes one step at a time and can take the last one back.
type taker struct{ before []float64 }

// take takes the step that the feed's last batch is for. After an error the
// parameters are those from before it.
func (t *taker) take(ctx context.Context, b Backend, batch gradtwin.Batch, feed *Feed) (Step, error) {
	flat := b.Params().Flat
	t.before = append(t.before[:0], flat...)
	begun := time.Now()
	loss, err := b.Step(ctx, batch, feed.config.LR)
	s := Step{Step: feed.given, Loss: loss, Seconds: time.Since(begun).Seconds()}
	if err == nil {
		err = diverged(b, s, feed.config.LR)
	} else {
		err = fmt.Errorf("%s: step %d: %w", b.Name(), s.Step, err)
	}
	if err != nil {
		t.undo(b)
	}
	return s, err
}

func (t *taker) undo(b Backend) { copy(b.Params().Flat, t.before) }

// diverged returns a DivergedError when the step led to a number that is not
// finite.
func diverged(b Backend, s Step, lr float64) error {
	finite := !math.IsNaN(s.Loss) && !math.IsInf(s.Loss, 0)
	element := -1
	for i, v := range b.Params().Flat {
		if v-v != 0 { // NaN for NaN and both infinities
			element = i
			break
		}
	}
	if finite && element < 0 {
		return nil
	}
	e := &DivergedError{Backend: b.Name(), Step: s.Step, Loss: s.Loss, LR: lr}
	if element >= 0 {
		e.Element, e.Value = b.Params().Layout().Element(element), b.Params().Flat[element]
	}
	return e
}
