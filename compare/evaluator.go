package compare

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gradtwin/internal/stats"
)

// evaluator calls one function, counts its calls, and restores elements. Each
// worker has its own.
type evaluator struct {
	f      Function
	at     *point
	budget int // calls of the loss that the unit at work may still make
	work
}

// unlimited is a budget without a limit.
const unlimited = math.MaxInt

// errSpent ends a unit whose calls are used up.
var errSpent = errors.New("the calls of this unit are used up")

// errTime ends what is under way when Options.MaxTime is over.
var errTime = errors.New("the time that the options allow is over")

// work is what has been asked of the function.
type work struct {
	Calls     int `json:"calls"`     // of Loss
	Gradients int `json:"gradients"` // calls of Gradient
}

func (w *work) join(v work) { w.Calls += v.Calls; w.Gradients += v.Gradients }

func (w work) minus(v work) work { return work{w.Calls - v.Calls, w.Gradients - v.Gradients} }

// loss runs the loss. It returns errSpent without a call when the budget is used
// up, and the context's cause when it has ended.
func (e *evaluator) loss(ctx context.Context) (float64, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	if e.budget <= 0 {
		return 0, errSpent
	}
	if e.budget != unlimited {
		e.budget--
	}
	e.Calls++
	return e.f.Loss()
}

// gradient runs the function's gradient into dst, which holds NaN before, so
// that an element nobody writes shows.
func (e *evaluator) gradient(ctx context.Context, dst []float64) error {
	for i := range dst {
		dst[i] = math.NaN()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	e.Gradients++
	if err := e.f.Gradient(dst); err != nil {
		return fmt.Errorf("gradient: %w", err)
	}
	return nil
}

// finiteGradient is gradient at the point to check, where every element must be
// finite.
func (e *evaluator) finiteGradient(ctx context.Context, dst []float64) error {
	if err := e.gradient(ctx, dst); err != nil {
		return err
	}
	if i := stats.FirstNotFinite(dst); i >= 0 {
		return &NonFiniteError{What: "gradient", Element: e.at.layout.Element(i), Value: dst[i]}
	}
	return nil
}

// restore puts all elements back by assignment: adding what was subtracted would
// round.
func (e *evaluator) restore(x []float64) {
	for i, v := range x {
		e.f.Set(i, v)
	}
}

// unchanged returns an error unless all elements still have the point's bits.
func (e *evaluator) unchanged(by string) error {
	for i, x := range e.at.x {
		if now := e.f.At(i); math.Float64bits(now) != math.Float64bits(x) {
			return &ChangedError{Element: e.at.layout.Element(i), Before: x, After: now, By: by}
		}
	}
	return nil
}

// move sets every element to what to returns for it.
func (e *evaluator) move(to func(i int, x float64) float64) {
	for i, x := range e.at.x {
		e.f.Set(i, to(i, x))
	}
}

// elements returns the elements as the function holds them.
func (e *evaluator) elements() []float64 {
	out := make([]float64, len(e.at.x))
	for i := range out {
		out[i] = e.f.At(i)
	}
	return out
}

func wrapLoss(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}
