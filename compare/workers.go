package compare

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
)

// workerElements is how many elements are worth a clone.
const workerElements = 64

// workers returns as many workers as were asked for, 0 being GOMAXPROCS, and the
// function can be cloned for: the first one, and more where there are elements for
// them.
func (j *judge) workers(first *evaluator, want, elements int) ([]*evaluator, error) {
	workers := []*evaluator{first}
	if want == 0 {
		want = runtime.GOMAXPROCS(0)
	}
	for len(workers) < min(want, elements/workerElements) {
		e, err := j.clone(first)
		if err != nil {
			return nil, err
		}
		if e == nil {
			break
		}
		workers = append(workers, e)
	}
	return workers, nil
}

// clone returns a worker with a copy of the function, nil where the function
// cannot be copied, or the copy has another gradient, as that of a function that a
// type was wrapped around: then one worker does it all. The calls that make sure
// of it are not counted.
func (j *judge) clone(first *evaluator) (*evaluator, error) {
	cloner, ok := first.f.(Cloner)
	if !ok {
		return nil, nil
	}
	f, err := cloner.Clone()
	if err != nil {
		return nil, nil
	}
	at := j.at
	e := &evaluator{f: f, at: at, budget: unlimited}
	if err := e.unchanged("cloning"); err != nil {
		return nil, err
	}
	loss, err := f.Loss()
	if err != nil {
		return nil, fmt.Errorf("loss of a clone: %w", err)
	}
	if math.Float64bits(loss) != math.Float64bits(at.f) && math.Abs(loss-at.f) > j.options.C*at.noise.long {
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

// progress returns what reports that the n-th of some units of a plan is done.
func (pl *plan) progress(units []unit, report func(done, total int)) func(n int) {
	if report == nil {
		return func(int) {}
	}
	total, done := 0, 0
	count := func(u unit) int {
		if pl.judged > 0 {
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

// distribute has workers do n things, and says of each that it is done. Of several
// errors it returns that of the first thing. One worker works in the caller's
// goroutine, where a panic can be recovered.
func distribute(workers []*evaluator, n int, do func(e *evaluator, i int) error, progress func(i int)) error {
	if len(workers) == 1 {
		for i := range n {
			if err := do(workers[0], i); err != nil {
				return err
			}
			progress(i)
		}
		return nil
	}
	errs := make([]error, n)
	done := make(chan int)
	var next atomic.Int64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for _, e := range workers {
		wg.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if errs[i] = do(e, i); errs[i] != nil {
					failed.Store(true)
				}
				done <- i
			}
		})
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	for i := range done {
		progress(i)
	}
	for _, e := range workers[1:] {
		if err := e.unchanged("the check"); err != nil {
			return err
		}
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
