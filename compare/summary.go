package compare

import (
	"cmp"
	"math"
	"slices"
)

// report makes the report of what was found. It calls no function.
func (k *known) report(f *findings) (*Report, error) {
	at := k.Point
	r := &Report{
		Layout: k.Layout, Total: k.Layout.Len(), Options: k.Options, Seed: k.Options.Seed, Mode: k.Mode,
		Loss: at.Loss, Noise: at.Noise, Step: cmp.Or(k.Options.Step, at.Step), Precision: at.Precision,
		Whole: len(f.EngineSteps), Control: f.Control, Taylor: f.Taylor, Faults: k.Faults, Misuses: k.Misuses,
	}
	work := k.Work
	work.join(f.Work)
	work.join(besideWork(f.Rings))
	r.Calls, r.Gradients = work.Calls, work.Gradients
	for _, n := range k.selected() {
		t := k.tensorReport(n, &f.Tensors[n])
		r.Counts.join(t.Counts)
		if t.certified() {
			r.Certified += t.Tensor.Len()
		}
		r.Resolution = max(r.Resolution, t.Resolution)
		r.RelativeResolution = max(r.RelativeResolution, t.RelativeResolution)
		r.Tensors = append(r.Tensors, t)
	}
	r.Checked = r.Counts.Sum()
	if err := k.nothing(r, f); err != nil {
		return nil, err
	}
	r.Diagnosis = diagnosis(r)
	k.listWorst(r, f)
	r.NotJudged = k.notJudged(r, f)
	r.Unchecked = k.unchecked(r, f)
	r.Replay = replay(k.Options)
	r.Warnings = k.warnings(r, f)
	return r, nil
}

// tensorReport makes the report of tensor n.
func (k *known) tensorReport(n int, f *tensorFindings) TensorReport {
	found := &f.Tally
	t := TensorReport{
		Tensor: k.Layout[n], Checked: found.Counts.Sum(), Counts: found.Counts, Unfollowed: found.Unfollowed,
		MaxError: float64(found.MaxError), Largest: k.Point.Largest[n], Probe: f.Probe, Resolution: float64(found.Coarsest),
	}
	if t.certified() && t.Checked+t.Unfollowed < t.Tensor.Len() {
		t.Resolution = max(f.Probe.Resolution, k.Point.Rounding[n])
	}
	if t.Largest > 0 {
		t.RelativeResolution = t.Resolution / t.Largest
	}
	if t.wrong() {
		if t.Diagnosis = f.Diagnosis; t.Diagnosis == "" {
			t.Diagnosis = explainElements(t.Tensor, k.Layout[:n].Len(), found.Wrong)
		}
	}
	return t
}

// nothing returns an error where a check could only pass: nothing of what was
// judged can be told from zero, and nothing is wrong.
func (k *known) nothing(r *Report, f *findings) error {
	probed, resolved, largest, finest := false, 0, 0.0, math.Inf(1)
	for _, n := range k.selected() {
		t := &f.Tensors[n]
		probed = probed || t.Probe != nil
		resolved += t.Tally.Resolved
		largest = max(largest, float64(t.Tally.Largest))
		finest = min(finest, float64(t.Tally.Finest))
	}
	switch {
	case r.Checked == 0 && !probed && r.Unfollowed() == 0:
		return ErrBudget
	case resolved > 0 || r.Wrong() || r.Counts.Inconclusive > 0 || r.Counts.Kink > 0:
		return nil
	case slices.ContainsFunc(r.Tensors, func(t TensorReport) bool {
		return t.Probe != nil && (t.Probe.Verdict == Inconclusive || t.Probe.Verdict == Kink)
	}):
		return nil
	}
	return &EmptyError{Judged: r.Checked, Largest: largest, Resolution: finest, Loss: k.Point.Loss}
}

// listWorst lists the elements worth looking at.
func (k *known) listWorst(r *Report, f *findings) {
	for _, v := range []Verdict{Wrong, Inconclusive, Unseen, Kink, OK} {
		var all []outcome
		for _, n := range k.selected() {
			for _, o := range f.Tensors[n].Tally.Worst[v] {
				all = keepFirst(all, keepWorst, o)
			}
		}
		for _, o := range all {
			if len(r.Worst) < keepWorst {
				r.Worst = append(r.Worst, k.element(o))
			}
		}
	}
}
