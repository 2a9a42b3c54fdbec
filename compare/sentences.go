package compare

import (
	"fmt"
	"slices"
	"strings"

	"gradtwin/internal/words"
)

// notJudged says of each tensor that could not be judged why, and with
// Options.Strict of single elements too.
func (k *known) notJudged(r *Report, f *findings) []string {
	var out []string
	selected := k.selected()
	for n, t := range r.Tensors {
		if slices.Contains(k.Options.Allow, t.Tensor.Name) {
			continue
		}
		name, found := clip(t.Tensor.Name), &f.Tensors[selected[n]]
		switch {
		case !anyJudged(t, &found.Tally):
			out = append(out, name+": "+k.whyNot(t, found))
		case found.Tally.Rough > 0 && !t.wrong():
			out = append(out, fmt.Sprintf("%s: %s and differences of the loss disagree, but the loss is rougher there than "+
				"its measured noise",
				name, words.Count(found.Tally.Rough, "element", "elements")))
		case k.Options.Strict && t.Counts.Unseen > 0:
			out = append(out, fmt.Sprintf("%s: %s unseen", name, words.Count(t.Counts.Unseen, "element", "elements")))
		case k.Options.Strict && t.Counts.Inconclusive > 0:
			out = append(out, fmt.Sprintf("%s: %s inconclusive", name,
				words.Count(t.Counts.Inconclusive, "element", "elements")))
		}
	}
	if r.Control.Done && !r.Control.Caught {
		out = append(out, fmt.Sprintf("the check did not find an error that it planted itself: %s off by %.1g",
			clip(r.Control.Element), r.Control.Change))
	}
	if out == nil && !r.Wrong() && !r.Control.Done {
		out = append(out, "the negative control could not be made: no element agrees and can be told from zero")
	}
	return out
}

// anyJudged reports whether something of a tensor could be judged. Elements that are
// zero because the loss does not move say nothing of the others.
func anyJudged(t TensorReport, found *tally) bool {
	return t.certified() || t.wrong() || t.Counts.OK+t.Counts.Kink > found.Unmoved ||
		t.Largest == 0 && t.Checked > 0 && t.Counts.OK == t.Checked
}

// whyNot says why nothing of a tensor was judged.
func (k *known) whyNot(t TensorReport, f *tensorFindings) string {
	probed := t.Probe != nil
	switch {
	case k.Point.Chaotic:
		return "the noise of the loss cannot be measured: between neighboring values of the parameters it varies by as " +
			"much as it is large"
	case t.Counts.Sum() == 0 && !probed:
		return "nothing of it was checked"
	case t.Counts.Inconclusive > 0 && t.Counts.Unseen == 0,
		probed && t.Probe.Verdict == Inconclusive && t.Counts.Sum() == 0:
		return "inconclusive: the differences of the loss contradict each other"
	case probed && t.Probe.Verdict == Kink && t.Counts.Sum() == 0:
		return "it stands on kinks, where directions certify nothing, and no element was judged"
	}
	below := float64(f.Tally.Finest)
	if probed && t.Counts.Sum() == 0 {
		below = t.Probe.Resolution
	}
	return fmt.Sprintf("unseen: its largest gradient is %.2g, and the loss resolves no error below %.1g", t.Largest, below)
}

// unchecked states what the report does not cover.
func (k *known) unchecked(r *Report, f *findings) string {
	var parts []string
	selected := k.selected()
	if n := len(k.Layout) - len(selected); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d tensors were left out by name", n, len(k.Layout)))
	}
	size, coarsest := 0, 0.0
	var kinks, cut []string
	for n, t := range r.Tensors {
		size += t.Tensor.Len()
		if t.certified() {
			coarsest = max(coarsest, t.Probe.Resolution)
		}
		if t.Probe != nil && t.Probe.Verdict == Kink {
			kinks = append(kinks, clip(t.Tensor.Name))
		}
		if f.Tensors[selected[n]].Unfinished {
			cut = append(cut, clip(t.Tensor.Name))
		}
	}
	if n := size - r.Checked - r.Unfollowed(); n > 0 {
		text := fmt.Sprintf("%d of %d elements were not judged one by one", n, size)
		if coarsest > 0 {
			text += fmt.Sprintf(", only each tensor as a whole: an error below %.1g in one of them may hide", coarsest)
		}
		parts = append(parts, text)
	}
	if n := r.Unfollowed(); n > 0 {
		parts = append(parts, fmt.Sprintf("%s %s at first and %s not followed further", words.Count(n, "element", "elements"),
			words.Unfollowed(n, r.Whole > 0), words.Plural(n, "was", "were")))
	}
	if r.Counts.Unseen > 0 {
		parts = append(parts, words.Count(r.Counts.Unseen, "element", "elements")+" could not be seen")
	}
	if kinks != nil {
		parts = append(parts, "kinks kept the directions from certifying "+strings.Join(kinks, ", "))
	}
	switch {
	case f.TimeIsUp:
		parts = append(parts, "the time ended before the check did")
	case cut != nil:
		parts = append(parts, "the budget ended before all of "+strings.Join(cut, ", ")+" was checked")
	}
	if k.Options.Taylor && r.Taylor == nil {
		parts = append(parts, "the Taylor remainder")
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}

// warnings are what the reader should know beside the verdicts.
func (k *known) warnings(r *Report, f *findings) []string {
	out := slices.Clone(k.Notes)
	switch r.Precision {
	case Single:
		text := "loss and gradient are in float32, and its noise limits what can be seen"
		if k.Point.NotWide != "" {
			text += ": the function could not be rebuilt in float64, because " + k.Point.NotWide +
				"; building the model in float64 is the way out"
		}
		out = append(out, text)
	case Mixed:
		out = append(out, "the function is in float32: its formula was judged in float64, and its gradient must be the "+
			"float64 one, rounded")
	}
	out = append(out, k.edges(r, f)...)
	if r.Taylor != nil && !r.Taylor.Falls() {
		out = append(out, fmt.Sprintf("the Taylor remainder falls as t^%.2f: a wrong gradient, or a point on kinks",
			r.Taylor.Rate))
	}
	return out
}

// edges names where the loss is not finite beside the point.
func (k *known) edges(r *Report, f *findings) []string {
	var out []string
	selected := k.selected()
	for n, t := range r.Tensors {
		if list := f.Tensors[selected[n]].Tally.Edges; len(list) > 0 {
			e := k.element(list[0])
			out = append(out, fmt.Sprintf("the loss is not finite %s of %s, at all steps", besideText[e.Undefined],
				clip(e.Name())))
		} else if t.Probe != nil && t.Probe.Undefined != "" {
			out = append(out, fmt.Sprintf("along a direction through %s the loss is not finite %s of the point, at all steps",
				clip(t.Tensor.Name), besideText[t.Probe.Undefined]))
		}
	}
	return out
}

// besideText puts a side into words.
var besideText = map[string]string{"left": "to the left", "right": "to the right",
	"both": "to the left and to the right"}

// diagnosis joins what was said of the tensors: once for all of which the same
// was said.
func diagnosis(r *Report) string {
	var texts []string
	names := map[string][]string{}
	for _, t := range r.Tensors {
		if t.Diagnosis != "" {
			if names[t.Diagnosis] == nil {
				texts = append(texts, t.Diagnosis)
			}
			names[t.Diagnosis] = append(names[t.Diagnosis], clip(t.Tensor.Name))
		}
	}
	for i, text := range texts {
		texts[i] = strings.Join(names[text], ", ") + ": " + text
	}
	return strings.Join(texts, "; ")
}
