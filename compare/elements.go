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
	reserve = 2*controlTries + maxControlCalls
)

// order returns the elements to judge, or the shard's part of them. Where a
// sample or a budget may end it before the last, it is stratified: each tensor's
// largest gradient and a few more come first, then all tensors in proportion.
func (c *checker) order() []int {
	n := c.size()
	wanted := n
	if c.o.Mode != Full {
		wanted = c.sampleSize()
	}
	if wanted == n && len(c.judged) == 0 && c.o.MaxCalls == 0 && c.o.MaxTime == 0 {
		c.ordered = n
		return c.elements(c.shard.part(n))
	}
	var order []int
	if wanted == n && c.o.MaxCalls == 0 && c.o.MaxTime == 0 {
		order = c.elements(0, n)
	} else {
		order = c.stratified(c.selected, wanted)
	}
	order = slices.DeleteFunc(order, func(i int) bool { return c.judged[i] })
	c.ordered, c.drawing = len(order), hashOf(func(i int) uint64 { return uint64(i) }, order)
	from, to := c.shard.part(len(order))
	return order[from:to]
}

// stratified returns the first elements of some tensors in an order of which
// every beginning is stratified.
func (c *checker) stratified(tensors []int, wanted int) []int {
	type place struct {
		key float64
		i   int
	}
	var order []place
	total := 0
	for _, k := range tensors {
		total += c.layout[k].Len()
	}
	for _, k := range tensors {
		from, size := c.offsets[k], c.layout[k].Len()
		// The keys of the first minShare come before all others, and of the
		// rest none above wanted/total gets in.
		most := min(size, max(minShare, int(math.Ceil(float64(size)*(float64(wanted)/float64(total))))+1))
		for rank, i := range c.drawn(k, most) {
			key := float64(rank) / float64(size)
			if rank < minShare {
				key = float64(rank - minShare)
			}
			order = append(order, place{key, from + i})
		}
	}
	slices.SortFunc(order, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.i, b.i))
	})
	first := make([]int, min(wanted, len(order)))
	for n := range first {
		first[n] = order[n].i
	}
	return first
}

// drawn draws n different offsets in tensor k, after that of its largest
// gradient, with memory for so many: the beginning of a Fisher–Yates shuffle,
// of which only what has moved is kept.
func (c *checker) drawn(k, n int) []int {
	g := c.workers[0].at.g[c.offsets[k]:c.offsets[k+1]]
	largest := 0
	for i := range g {
		if math.Abs(g[i]) > math.Abs(g[largest]) {
			largest = i
		}
	}
	moved := map[int]int{0: largest, largest: 0}
	at := func(i int) int {
		if v, ok := moved[i]; ok {
			return v
		}
		return i
	}
	out := []int{largest}
	r := c.random(purposeSample, k)
	for i := 1; i < n; i++ {
		j := i + r.IntN(len(g)-i)
		out = append(out, at(j))
		moved[j] = at(i)
	}
	return out
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
		if err := c.judgeElements(c.stratified([]int{k}, uncertifiedShare)); err != nil {
			return err
		}
	}
	return nil
}

// sampleSize is the number of elements in the sample.
func (c *checker) sampleSize() int {
	return min(c.size(), max(c.o.Samples, minShare*len(c.selected)))
}

// elements returns the elements to check, in their order, from one place to
// before another.
func (c *checker) elements(from, to int) []int {
	out := make([]int, 0, to-from)
	for _, k := range c.selected {
		size := c.layout[k].Len()
		for i := max(0, from); i < min(size, to); i++ {
			out = append(out, c.offsets[k]+i)
		}
		from, to = from-size, to-size
	}
	return out
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
			failed = c.grade(failed, s.outcome(i, 1), &s)
		}
		done += len(block)
		if c.o.Progress != nil {
			c.o.Progress(from+done, len(order))
		}
	}
	return failed, done, nil
}

// wholeStep is the numerical gradient of the elements to judge, from the
// function's own engine. Its step is absolute, so it is the one for elements up
// to 1.
type wholeStep struct {
	elements []int
	from     int       // the first of d
	d        []float64 // of consecutive elements, the ones to judge among them
}

// measureWhole is the measurement of a firstStep with the function's own engine.
func (c *checker) measureWhole(f Differencer) (*wholeStep, error) {
	c.ordered = c.size()
	w := &wholeStep{elements: c.elements(c.shard.part(c.ordered))}
	if n := len(w.elements); n > 0 {
		w.from = w.elements[0]
		w.d = make([]float64, w.elements[n-1]+1-w.from)
	}
	if err := f.Differences(c.ctx, w.d, w.from, c.step); err != nil {
		return nil, err
	}
	c.whole++
	return w, nil
}

// gradeWhole is the grading of a firstStep that was measured as a whole.
func (c *checker) gradeWhole(w *wholeStep) (failed []failure) {
	for _, i := range w.elements {
		failed = c.grade(failed, c.wholeSample(w, i, c.step).outcome(i, 1), nil)
	}
	if n := len(w.elements); c.o.Progress != nil && n > 0 {
		c.o.Progress(n, n)
	}
	return failed
}

// wholeSample is what the engine has measured of element i with the step h.
func (c *checker) wholeSample(w *wholeStep, i int, h float64) sample {
	p := c.workers[0].at
	s := sample{h: h, a: p.g[i], d: w.d[i-w.from], noise: c.o.C * c.noise / h}
	s.bound = s.relative(c.limits(p, i)) + s.noise
	return s
}

// outcome is that of an element that agrees with the sample, after so many
// steps, or disagrees.
func (s sample) outcome(i, steps int) outcome {
	return outcome{i: i, symbolic: s.a, numeric: s.d, bound: s.bound, noise: s.noise, step: s.h, steps: steps}
}

// maxWhole is how many steps the engine takes before what still disagrees is
// followed with losses: few kinks lie within 1e-5/4³ of a point.
const maxWhole = 4

// gradeSmaller goes on with the rule for the elements that failed the first
// step, by the engine's differences with smaller steps, and returns those that
// disagree there too. Whether an element is looked at does not depend on others,
// so shards find the same.
func (c *checker) gradeSmaller(f Differencer, w *wholeStep, failed []failure) ([]failure, error) {
	if cheap, ok := f.(CheapDifferencer); !ok || !cheap.CheapDifferences() {
		return failed, nil
	}
	before := make([]sample, len(failed)) // of each, with the step before
	for k, one := range failed {
		before[k] = c.wholeSample(w, one.o.i, c.step)
	}
	h := c.step
	for steps := 2; steps <= maxWhole && len(failed) > 0; steps++ {
		h /= shrink
		if err := f.Differences(c.ctx, w.d, w.from, h); err != nil {
			return nil, err
		}
		c.whole++
		left := 0
		for k, one := range failed {
			s := c.wholeSample(w, one.o.i, h)
			l := c.limits(c.workers[0].at, one.o.i)
			// Where the noise would hide the difference, losses decide.
			if before[k].resolves(l) && agrees([]sample{before[k], s}, l) {
				c.pass(one.tensor, s.outcome(one.o.i, steps))
				continue
			}
			failed[left], before[left] = one, s
			left++
		}
		failed, before = failed[:left], before[:left]
	}
	return failed, nil
}

// pass counts an element that was found ok before losses had to follow it.
func (c *checker) pass(k int, o outcome) {
	c.tally.add(k, o)
	if c.record != nil {
		c.record.first.add(k, o)
	}
}

// grade counts the outcome of a first step where it is ok, and otherwise adds
// it to the failed ones.
func (c *checker) grade(failed []failure, o outcome, first *sample) []failure {
	k, _ := c.layout.Locate(o.i)
	if o.gap() <= o.bound && (first == nil || !first.vanished) {
		c.pass(k, o)
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

// followed is what came of an element that failed the first step.
type followed struct {
	ratio     float64 // its difference there in terms of the bound
	outcome   outcome
	work      work
	engineOff bool // the engine's difference was off there, and the loss's is not
}

func (c *checker) followTensor(k int, failed []failure) error {
	if c.record != nil {
		c.record.failed[k] += len(failed)
	}
	return c.followAll(k, len(failed), func(from, size int) ([]followed, error) {
		block := make([]followed, size)
		err := c.parallel(size, func(e *evaluator, j int) error {
			f := failed[from+j]
			before := e.work
			o, err := c.judge(e, f.o.i, f.first)
			block[j] = followed{
				ratio: f.o.ratio(), outcome: o, work: e.work.minus(before),
				engineOff: f.first == nil && o.verdict == OK && o.steps == 1,
			}
			return err
		})
		if c.record != nil {
			c.record.followed[k] = append(c.record.followed[k], block...)
		}
		return block, err
	})
}

// followAll collects what comes of n elements of tensor k, the worst first, a
// block at a time, until enough is wrong or the budget is used up.
func (c *checker) followAll(k, n int, follow func(from, size int) ([]followed, error)) error {
	// What comes first in a shard can lie up to a block behind among all.
	more := 0
	if c.record != nil {
		more = 1
	}
	done := 0
	for done < n && !c.timeIsUp(1) {
		if c.tally.counts[k].Wrong >= enoughWrong {
			if more--; more < 0 {
				break
			}
		}
		size := min(followBlock, n-done)
		if left := c.callsLeft(); left != math.MaxInt {
			size = min(size, left/maxRuleCalls)
		}
		if size == 0 {
			break
		}
		block, err := follow(done, size)
		if err != nil {
			return err
		}
		for _, f := range block {
			c.tally.add(k, f.outcome)
			if f.engineOff {
				c.engineOff++
			}
		}
		if done += len(block); len(block) < size {
			break
		}
	}
	c.unfollowed[k] += n - done
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
