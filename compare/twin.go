package compare

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gradtwin"
)

// Twin is the same network twice. Both are trained from the same start on the
// same batches.
type Twin struct {
	Symbolic, Numeric Backend
}

// TwinOptions says what a twin run does beside training.
type TwinOptions struct {
	// Test is where the accuracy is measured; nil measures none.
	Test Data
	// Every is the number of steps between two measurements of the accuracy;
	// 0 means before the first step and after the last only.
	Every int
	// Each is called after every step of both backends, with what both gave;
	// nil calls nothing. An error ends the run.
	Each func(symbolic, numeric Step) error
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

// SpeedRatio returns the median time of the numeric backend's steps over that
// of the symbolic backend's, NaN when no step was done.
func (t *Trace) SpeedRatio() float64 {
	return Median(t.Numeric.Seconds) / Median(t.Symbolic.Seconds)
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

// Run trains both backends. On an error, cancellation among them, the trace
// holds the steps that both have finished.
func (t Twin) Run(ctx context.Context, c Config, data Data, o TwinOptions) (*Trace, error) {
	trace := &Trace{Config: c, Symbolic: Series{Backend: t.Symbolic.Name()}, Numeric: Series{Backend: t.Numeric.Name()}}
	start, feed, err := Begin(c, data)
	if err != nil {
		return trace, err
	}
	copy(t.Symbolic.Params().Flat, start.Flat)
	copy(t.Numeric.Params().Flat, start.Flat)
	if err := t.evaluate(trace, 0, o.Test); err != nil {
		return trace, err
	}
	for n := 1; n <= c.Steps; n++ {
		s, m, err := t.step(ctx, feed, c, n)
		if err != nil {
			return trace, err
		}
		trace.add(s, m, relativeDistance(t.Symbolic.Params().Flat, t.Numeric.Params().Flat))
		if o.Every > 0 && n%o.Every == 0 || n == c.Steps {
			if err := t.evaluate(trace, n, o.Test); err != nil {
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

// step takes one step of both on one batch. They take turns at going first, so
// that neither always finds the batch in the processor's cache.
func (t Twin) step(ctx context.Context, feed *Feed, c Config, n int) (symbolic, numeric Step, err error) {
	batch := feed.Next()
	one := func(b Backend, s *Step) {
		if err == nil {
			*s, err = takeStep(ctx, b, batch, c, n)
		}
	}
	if n%2 == 1 {
		one(t.Symbolic, &symbolic)
		one(t.Numeric, &numeric)
	} else {
		one(t.Numeric, &numeric)
		one(t.Symbolic, &symbolic)
	}
	return symbolic, numeric, err
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

func (t Twin) evaluate(trace *Trace, step int, test Data) error {
	if test == nil {
		return nil
	}
	s, err := Accuracy(t.Symbolic, test)
	if err != nil {
		return err
	}
	n, err := Accuracy(t.Numeric, test)
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
	return math.Sqrt(apart / size)
}

// Median returns the median, NaN of nothing. It leaves x as it is.
func Median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// evaluationRows is how many rows are predicted at a time: enough that the cost
// of a call does not count, few enough to stay in the cache.
const evaluationRows = 100

// Accuracy returns the share of rows whose most probable class is their label.
func Accuracy(b Backend, data Data) (float64, error) {
	if data.Len() == 0 {
		return 0, fmt.Errorf("accuracy: no rows")
	}
	var batch gradtwin.Batch
	right := 0
	classes := make([]int, evaluationRows)
	rows := make([]int, 0, evaluationRows)
	for from := 0; from < data.Len(); from += evaluationRows {
		rows = rows[:0]
		for r := from; r < min(from+evaluationRows, data.Len()); r++ {
			rows = append(rows, r)
		}
		data.Batch(&batch, rows)
		if err := b.Predict(classes[:len(rows)], batch.X); err != nil {
			return 0, fmt.Errorf("%s: predict: %w", b.Name(), err)
		}
		for i, label := range batch.Labels {
			if classes[i] == label {
				right++
			}
		}
	}
	return float64(right) / float64(data.Len()), nil
}
