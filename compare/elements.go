package compare

import (
	"cmp"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
)

const (
	// blockSize is how many elements are judged between two looks at the
	// clock and the budget. It does not depend on the number of workers, so
	// that the report does not either.
	blockSize = 512
	// followBlock is the same for elements that failed the first step.
	followBlock = 32
	// enoughWrong ends the pursuit in a tensor: with so many elements wrong
	// the rest is for the diagnosis.
	enoughWrong = 64
	// workerElements is how many elements are worth a clone.
	workerElements = 64
	// firstShare is the part of a budget that the first step of the elements
	// may use: those that disagree there have to be followed up.
	firstShare = 0.75
	// reserve is kept of a budget for the negative control.
	reserve = maxControlCalls
)

// order returns the elements to judge. Where a sample or a budget may end it
// before the last, it is stratified: each tensor's largest gradient and a few
// more come first, then all tensors in proportion.
func (c *checker) order() []int {
	n := c.size()
	wanted := n
	if c.o.Mode != Full {
		wanted = c.sampleSize()
	}
	if wanted == n && c.o.MaxCalls == 0 && c.o.MaxTime == 0 {
		return slices.DeleteFunc(c.everything(), func(i int) bool { return c.judged[i] })
	}
	return slices.DeleteFunc(c.stratified(c.selected)[:wanted], func(i int) bool { return c.judged[i] })
}

// stratified returns the elements of some tensors in an order of which every
// beginning is stratified.
func (c *checker) stratified(tensors []int) []int {
	var order []int
	keys := map[int]float64{}
	g := c.workers[0].at.g
	for _, k := range tensors {
		from, size := c.offsets[k], c.layout[k].Len()
		perm := c.random(purposeSample, k).Perm(size)
		largest := 0
		for j, offset := range perm {
			if math.Abs(g[from+offset]) > math.Abs(g[from+perm[largest]]) {
				largest = j
			}
		}
		perm[0], perm[largest] = perm[largest], perm[0]
		for rank, offset := range perm {
			keys[from+offset] = float64(rank) / float64(size)
			if rank < minShare {
				keys[from+offset] = float64(rank - minShare)
			}
			order = append(order, from+offset)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(keys[a], keys[b]), cmp.Compare(a, b))
	})
	return order
}

// uncertifiedShare is how many elements are judged of a tensor whose probe
// came to nothing.
const uncertifiedShare = 32

// judgeUncertified judges some elements of the tensors that a probe has neither
// certified nor found wrong, because they sit on kinks or the probe was
// inconclusive.
func (c *checker) judgeUncertified() error {
	for _, k := range c.selected {
		p := c.probes[k]
		if p == nil || p.probe.Verdict == OK || p.probe.Verdict == Wrong {
			continue
		}
		order := c.stratified([]int{k})
		if err := c.judgeElements(order[:min(uncertifiedShare, len(order))]); err != nil {
			return err
		}
	}
	return nil
}

// sampleSize is the number of elements in the sample.
func (c *checker) sampleSize() int {
	return min(c.size(), max(c.o.Samples, minShare*len(c.selected)))
}

// everything returns all elements to check, in their order.
func (c *checker) everything() []int {
	all := make([]int, 0, c.size())
	for _, k := range c.selected {
		for i := c.offsets[k]; i < c.offsets[k+1]; i++ {
			all = append(all, i)
		}
	}
	return all
}

// failure is an element whose first step disagreed.
type failure struct {
	tensor int
	o      outcome // of the first step
	first  *sample // nil when it came from a whole numerical gradient
}

// judgeElements applies the rule to elements, as far as the budget goes: the
// first step to many of them, and the rest of the rule to those that failed it.
func (c *checker) judgeElements(order []int) error {
	if err := c.hire(len(order)); err != nil {
		return err
	}
	for done := 0; done < len(order); {
		failed, n, err := c.firstStep(order, done)
		if err != nil || n == 0 {
			return err
		}
		if err := c.follow(failed); err != nil {
			return err
		}
		done += n
	}
	return nil
}

// firstStep judges elements from the given place of the order on at the first
// step. It returns those that disagree there, and how many were judged.
func (c *checker) firstStep(order []int, from int) (failed []failure, done int, err error) {
	affordable := len(order) - from
	if left := c.callsLeft(); left != math.MaxInt {
		affordable = min(affordable, int(firstShare*float64(max(0, left-reserve)))/2)
	}
	samples := make([]sample, min(blockSize, affordable))
	for done < affordable && !c.timeIsUp(firstShare) {
		block := order[from+done:][:min(blockSize, affordable-done)]
		err := c.parallel(len(block), func(e *evaluator, j int) error {
			l := c.limits(e.at, block[j])
			var err error
			samples[j], err = e.pair(block[j], l.h)
			c.complete(&samples[j], l)
			return err
		})
		if err != nil {
			return nil, 0, err
		}
		for j, i := range block {
			s := samples[j]
			failed = c.grade(failed, outcome{
				i: i, symbolic: s.a, numeric: s.d, bound: s.bound, noise: s.noise, step: s.h, steps: 1,
			}, &s)
		}
		done += len(block)
		if c.o.Progress != nil {
			c.o.Progress(from+done, len(order))
		}
	}
	return failed, done, nil
}

// wholeStep is firstStep with one whole numerical gradient from the function's
// own engine. Its step is absolute, so it is the one for elements up to 1.
func (c *checker) wholeStep(f Differencer) ([]failure, error) {
	p := c.workers[0].at
	d := make([]float64, len(p.g))
	if err := f.Differences(c.ctx, d, c.step); err != nil {
		return nil, err
	}
	c.whole++
	noise := c.o.C * c.noise / c.step
	var failed []failure
	for _, i := range c.everything() {
		l := c.limits(p, i)
		s := sample{a: p.g[i], d: d[i]}
		failed = c.grade(failed, outcome{
			i: i, symbolic: p.g[i], numeric: d[i], bound: s.relative(l) + noise, noise: noise, step: c.step, steps: 1,
		}, nil)
	}
	if c.o.Progress != nil {
		c.o.Progress(c.size(), c.size())
	}
	return failed, nil
}

// grade counts the outcome of a first step where it is ok, and otherwise adds
// it to the failed ones.
func (c *checker) grade(failed []failure, o outcome, first *sample) []failure {
	k, _ := c.layout.Locate(o.i)
	if o.gap() <= o.bound && (first == nil || !first.vanished) {
		c.tally.add(k, o)
		return failed
	}
	if first != nil {
		s := *first
		first = &s
	}
	return append(failed, failure{tensor: k, o: o, first: first})
}

// follow applies the whole rule to the elements that failed the first step,
// the worst of each tensor first.
func (c *checker) follow(failed []failure) error {
	slices.SortFunc(failed, func(a, b failure) int {
		return cmp.Or(cmp.Compare(a.tensor, b.tensor), compareOutcomes(a.o, b.o))
	})
	for len(failed) > 0 {
		k := failed[0].tensor
		n := slices.IndexFunc(failed, func(f failure) bool { return f.tensor != k })
		if n < 0 {
			n = len(failed)
		}
		if err := c.followTensor(k, failed[:n]); err != nil {
			return err
		}
		failed = failed[n:]
	}
	return nil
}

func (c *checker) followTensor(k int, failed []failure) error {
	outcomes := make([]outcome, followBlock)
	for len(failed) > 0 && c.tally.counts[k].Wrong < enoughWrong && !c.timeIsUp(1) {
		size := min(followBlock, len(failed))
		if left := c.callsLeft(); left != math.MaxInt {
			size = min(size, left/maxRuleCalls)
		}
		if size == 0 {
			break
		}
		err := c.parallel(size, func(e *evaluator, j int) error {
			var err error
			outcomes[j], err = c.judge(e, failed[j].o.i, failed[j].first)
			return err
		})
		if err != nil {
			return err
		}
		for j, o := range outcomes[:size] {
			c.tally.add(k, o)
			if failed[j].first == nil && o.verdict == OK && o.steps == 1 {
				c.engineOff++
			}
		}
		failed = failed[size:]
	}
	c.unfollowed[k] += len(failed)
	return nil
}

// hire clones the function for as many workers as the options ask for and the
// work is worth. A clone must give the original's loss to the bit; the calls
// that make sure are not counted.
func (c *checker) hire(elements int) error {
	cloner, ok := c.f.(Cloner)
	if !ok {
		return nil
	}
	want := c.o.Workers
	if want == 0 {
		want = runtime.GOMAXPROCS(0)
	}
	want = min(want, elements/workerElements)
	for len(c.workers) < want {
		f, err := cloner.Clone()
		if errors.Is(err, errors.ErrUnsupported) {
			return nil
		}
		if err != nil {
			return err
		}
		e := &evaluator{ctx: c.ctx, f: f, layout: c.layout, at: c.workers[0].at}
		if err := e.unchanged("cloning"); err != nil {
			return err
		}
		loss, err := f.Loss()
		if err != nil {
			return err
		}
		if math.Float64bits(loss) != math.Float64bits(e.at.f) {
			return &UnsteadyError{What: "loss", First: e.at.f, Second: loss}
		}
		c.workers = append(c.workers, e)
	}
	return nil
}

// parallel calls do for 0 to n−1, spread over the workers. Of several errors
// it returns the one of the lowest number.
func (c *checker) parallel(n int, do func(e *evaluator, j int) error) error {
	if len(c.workers) == 1 || n == 1 {
		for j := range n {
			if err := do(c.workers[0], j); err != nil {
				return err
			}
		}
		return nil
	}
	errs := make([]error, n)
	var wg sync.WaitGroup
	for w, e := range c.workers {
		wg.Go(func() {
			for j := w; j < n; j += len(c.workers) {
				if errs[j] = do(e, j); errs[j] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
