package compare

import (
	"fmt"
	"strings"
)

// measured fills in what the report says of the function and of the work.
func (c *checker) measured() {
	r := c.report
	r.Mode = c.o.Mode
	r.Loss, r.Noise, r.Step = c.workers[0].at.f, c.noise, c.step
	r.Precision = c.precision
	r.Whole = c.whole
	work := c.work()
	r.Calls, r.Gradients = work.Calls, work.Gradients
}

// finish fills in the rest of the report from the verdicts. It calls no
// function.
func (c *checker) finish() {
	r := c.report
	for _, k := range c.selected {
		counts := c.tally.counts[k]
		r.Counts.join(counts)
		t := TensorReport{
			Tensor: c.layout[k], Checked: counts.Sum(), Counts: counts,
			Unfollowed: c.unfollowed[k], Unresolved: c.tally.little[k], MaxError: c.tally.errors[k],
			Diagnosis: c.diagnoses[k],
		}
		if p := c.probes[k]; p != nil {
			t.Probe = &p.probe
		}
		if t.certified() {
			r.Certified += t.Tensor.Len()
		}
		r.Tensors = append(r.Tensors, t)
	}
	r.Checked = r.Counts.Sum()
	r.Diagnosis = c.diagnosis()
	for _, v := range []Verdict{Wrong, Inconclusive, Kink, OK} {
		for _, o := range c.tally.worst[v] {
			if len(r.Worst) < keepWorst {
				r.Worst = append(r.Worst, c.element(o))
			}
		}
	}
	r.Unchecked = c.unchecked()
	r.Replay = replay(r)
	r.Warnings = c.warnings()
}

// warnings are what the reader should know beside the verdicts.
func (c *checker) warnings() []string {
	r := c.report
	var out []string
	switch r.Precision {
	case Single:
		text := fmt.Sprintf("loss and gradient in float32: errors below about %.1g cannot be seen", c.o.C*r.Noise/r.Step)
		if c.notWide != "" {
			text += "; no float64 loss, because " + c.notWide
		}
		out = append(out, text)
	case Mixed:
		out = append(out, "the float32 gradient is set against a float64 loss")
	}
	if c.engineOff > 0 {
		out = append(out, fmt.Sprintf("at %s the function's own Differences disagree with the gradient and with its Loss", plural(c.engineOff, "element")))
	}
	if r.Taylor != nil && !r.Taylor.Falls() {
		out = append(out, fmt.Sprintf("the Taylor remainder falls as t^%.2f: a wrong gradient, or a point on kinks", r.Taylor.Rate))
	}
	if !r.Control.Done && r.OK() {
		out = append(out, "the negative control was not made")
	}
	return out
}

// unchecked states what the report does not cover.
func (c *checker) unchecked() string {
	var parts []string
	if n := len(c.layout) - len(c.selected); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d tensors were left out by name", n, len(c.layout)))
	}
	if n := c.size() - c.checked() - c.report.unfollowed(); n > 0 {
		text := fmt.Sprintf("%d of %d elements were not judged one by one", n, c.size())
		if coarsest := c.report.coarsest(); coarsest > 0 {
			text += fmt.Sprintf(", only each tensor as a whole: an error below %.1g in one of them may hide", coarsest)
		}
		parts = append(parts, text)
	}
	if n := c.report.unfollowed(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d elements disagree at the first step and were not followed further", n))
	}
	if n := c.report.unresolved(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d elements are too small to be told from zero", n))
	}
	var small, kinks []string
	for _, t := range c.report.Tensors {
		switch {
		case t.Probe == nil:
		case t.certified() && t.Probe.Unresolved:
			small = append(small, clip(t.Tensor.Name))
		case t.Probe.Verdict == Kink:
			kinks = append(kinks, clip(t.Tensor.Name))
		}
	}
	if small != nil {
		parts = append(parts, "too small as a whole to be told from zero: "+strings.Join(small, ", "))
	}
	if kinks != nil {
		parts = append(parts, "kinks kept the directions from certifying "+strings.Join(kinks, ", "))
	}
	parts = append(parts, c.left...)
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}

// replay is the Go code that repeats the check.
func replay(r *Report) string {
	o := r.Options
	parts := []string{fmt.Sprintf("Mode: compare.%s", strings.ToUpper(o.Mode.String()[:1])+o.Mode.String()[1:]), fmt.Sprintf("Seed: %d", o.Seed)}
	add := func(given bool, format string, value any) {
		if given {
			parts = append(parts, fmt.Sprintf(format, value))
		}
	}
	add(o.Samples > 0, "Samples: %d", o.Samples)
	add(o.Tensors != nil, "Tensors: %#v", o.Tensors)
	add(o.Strict, "Strict: %v", o.Strict)
	add(o.MaxCalls > 0, "MaxCalls: %d", o.MaxCalls)
	add(o.MaxTime > 0, "MaxTime: %d", int64(o.MaxTime))
	add(o.Rtol > 0, "Rtol: %v", o.Rtol)
	add(o.C > 0, "C: %v", o.C)
	add(o.Step > 0, "Step: %v", o.Step)
	add(o.Order > 1, "Order: %d", o.Order)
	add(o.Taylor, "Taylor: %v", o.Taylor)
	return "compare.Options{" + strings.Join(parts, ", ") + "}"
}
