package compare

import (
	"fmt"
	"math"
)

// workerElements is how many elements are worth a clone.
const workerElements = 64

// clone returns a worker with a copy of the function, nil where the function
// cannot be copied, or the copy has another gradient, as that of a function that a
// type was wrapped around: then one worker does it all. The calls that make sure
// of it are not counted.
func (c *check) clone(first *evaluator) (*evaluator, error) {
	cloner, ok := first.f.(Cloner)
	if !ok {
		return nil, nil
	}
	f, err := cloner.Clone()
	if err != nil {
		return nil, nil
	}
	at := c.at
	e := &evaluator{f: f, at: at, left: unlimited}
	if err := e.unchanged("cloning"); err != nil {
		return nil, err
	}
	loss, err := f.Loss()
	if err != nil {
		return nil, fmt.Errorf("loss of a clone: %w", err)
	}
	if math.Float64bits(loss) != math.Float64bits(at.f) && math.Abs(loss-at.f) > c.o.C*at.noise.far {
		return nil, &UnsteadyError{What: "loss", First: at.f, Second: loss}
	}
	g := make([]float64, len(at.g))
	if err := f.Gradient(g); err != nil {
		return nil, nil
	}
	for i := range g {
		if !(math.Abs(g[i]-at.g[i]) <= at.rounding[i]) {
			return nil, nil
		}
	}
	return e, nil
}

// progress returns what reports that a unit is done.
func (c *check) progress(units []unit) func(n int) {
	report := c.o.Progress
	if report == nil {
		return func(int) {}
	}
	total, done := 0, 0
	count := func(u unit) int {
		if c.plan.judged > 0 {
			return len(u.elements)
		}
		if u.kind == tensorUnit {
			return 1
		}
		return 0
	}
	for _, u := range units {
		total += count(u)
	}
	return func(n int) {
		if count(units[n]) > 0 {
			done += count(units[n])
			report(done, total)
		}
	}
}
