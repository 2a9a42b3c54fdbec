package twin

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gradtwin"
	"gradtwin/internal/stats"
)

// Train runs one backend through the rest of a sampler, from the parameters that
// the backend holds. It calls each after every step; an error from there ends
// the run. On any error the backend's parameters and the sampler are where the
// last finished step left them.
func Train(ctx context.Context, b Backend, sampler *Sampler, each func(Step) error) error {
	if err := checkStart(b, sampler); err != nil {
		return err
	}
	var t stepper
	for sampler.Done() < sampler.config.Steps {
		batch := sampler.Next()
		s, err := t.step(ctx, b, batch, sampler)
		if err != nil {
			sampler.undo()
			return err
		}
		if err := each(s); err != nil {
			return err
		}
	}
	return nil
}

// stepper takes single steps and can undo the last one.
type stepper struct{ before []float64 }

// step takes the step that the sampler's last batch is for. After an error the
// parameters are those from before it.
func (t *stepper) step(ctx context.Context, b Backend, batch gradtwin.Batch, sampler *Sampler) (Step, error) {
	flat := b.Params().Flat
	t.before = append(t.before[:0], flat...)
	begun := time.Now()
	loss, err := b.Step(ctx, batch, sampler.config.LR)
	s := Step{Step: sampler.given, Loss: loss, Seconds: time.Since(begun).Seconds()}
	if err != nil {
		t.undo(b)
		return s, fmt.Errorf("%s: step %d: %w", b.Name(), s.Step, err)
	}
	if stats.IsNotFinite(loss) || stats.FirstNotFinite(flat) >= 0 {
		reached := slices.Clone(flat)
		t.undo(b)
		return s, diverged(ctx, b, batch, s, reached, sampler.config.LR)
	}
	return s, nil
}

func (t *stepper) undo(b Backend) { copy(b.Params().Flat, t.before) }
