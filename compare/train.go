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

// DivergedError is the end of a run whose loss is no longer a finite number.
type DivergedError struct {
	Backend string
	Step    int
	Loss    float64
	LR      float64
}

func (e *DivergedError) Error() string {
	return fmt.Sprintf("%s: loss %v after step %d: the run diverged at learning rate %v; try a smaller one", e.Backend, e.Loss, e.Step, e.LR)
}

// Train runs one backend through a whole run, from the configuration's own
// start. It calls each after every step; an error from there ends the run.
func Train(ctx context.Context, b Backend, c Config, data Data, each func(Step) error) error {
	start, feed, err := Begin(c, data)
	if err != nil {
		return err
	}
	copy(b.Params().Flat, start.Flat)
	for n := 1; n <= c.Steps; n++ {
		s, err := takeStep(ctx, b, feed.Next(), c, n)
		if err != nil {
			return err
		}
		if err := each(s); err != nil {
			return err
		}
	}
	return nil
}

func takeStep(ctx context.Context, b Backend, batch gradtwin.Batch, c Config, n int) (Step, error) {
	begun := time.Now()
	loss, err := b.Step(ctx, batch, c.LR)
	s := Step{Step: n, Loss: loss, Seconds: time.Since(begun).Seconds()}
	if err != nil {
		return s, fmt.Errorf("%s: step %d: %w", b.Name(), n, err)
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return s, &DivergedError{Backend: b.Name(), Step: n, Loss: loss, LR: c.LR}
	}
	return s, nil
}
