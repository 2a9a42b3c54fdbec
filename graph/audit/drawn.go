package audit

import (
	"context"
	"math/rand/v2"
	"os/exec"
	"slices"
)

// drawnCase is a case that a generator drew, and its outcome.
type drawnCase struct {
	testCase
	generator int
	choices   []int
	features  []feature
	Outcome   Outcome
}

// draw draws a case of generator k.
func (g generator) draw(k int, c *choices) drawnCase {
	t := g.make(c)
	return drawnCase{testCase: t, generator: k, choices: c.values[:c.used], features: slices.Concat(c.features, t.shapes())}
}

// drawFrom draws case i of generator k from a seed.
func (g generator) drawFrom(seed uint64, k, i int) drawnCase {
	return g.draw(k, &choices{random: rand.New(rand.NewPCG(seed, uint64(k)<<32|uint64(i)))})
}

// feature returns the value of a feature. It is false where the case has no such one.
func (d *drawnCase) feature(name string) (value int, ok bool) {
	k := slices.IndexFunc(d.features, func(f feature) bool { return f.name == name })
	if k < 0 {
		return 0, false
	}
	return d.features[k].value, true
}

// runner sets the outcomes of drawn cases.
type runner func(all []drawnCase) error

// inWorkers runs drawn cases in worker processes.
func inWorkers(ctx context.Context, worker func(context.Context) *exec.Cmd) runner {
	return func(all []drawnCase) error {
		jobs := make([]job, len(all))
		for k, d := range all {
			jobs[k] = job{Subject: d.generator, Drawn: true, Choices: d.choices}
		}
		outcomes, err := runJobs(ctx, worker, jobs)
		for k, o := range outcomes {
			all[k].Outcome = o
		}
		return err
	}
}

// kinds are the kinds of failure.
var kinds = []string{wrongValue, wrongGradient, failure}

const (
	wrongValue    = "wrong value"
	wrongGradient = "wrong gradient"
	failure       = "error or panic"
)

// kind returns the kind of the failure, or "" where the case does not fail.
func (d *drawnCase) kind() string {
	switch v := d.Outcome.Verdict; {
	case v == WrongValue:
		return wrongValue
	case v.wrong():
		return wrongGradient
	case v.Failure():
		return failure
	}
	return ""
}
