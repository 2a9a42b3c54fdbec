package twin

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gradtwin"
	"gradtwin/internal/stats"
)

// Train runs one backend through the rest of a feed, from the parameters that
// the backend holds. It calls each after every step; an error from there ends
// the run. On any error the backend's parameters and the feed are where the
// last finished step left them.
func Train(ctx context.Context, b Backend, feed *Feed, each func(Step) error) error {
	if err := checkStart(b, feed); err != nil {
		return err
	}
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
	if err != nil {
		t.undo(b)
		return s, fmt.Errorf("%s: step %d: %w", b.Name(), s.Step, err)
	}
	if stats.IsNotFinite(loss) || stats.FirstNotFinite(flat) >= 0 {
		reached := slices.Clone(flat)
		t.undo(b)
		return s, diverged(ctx, b, batch, s, reached, feed.config.LR)
	}
	return s, nil
}

func (t *taker) undo(b Backend) { copy(b.Params().Flat, t.before) }
