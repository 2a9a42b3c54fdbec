package compare

import (
	"fmt"
	"math"
	"strings"

	"gradtwin/internal/stats"
	"gradtwin/internal/words"
)

// headline says how the check ended, and how large an error would have shown.
func (r *Report) headline() string {
	switch {
	case r.Wrong():
		return label("wrong") + r.wrongText()
	case len(r.NotJudged) > 0:
		return label("not judged") + r.agreeText()
	}
	return label("ok") + r.agreeText()
}

// agreeText says what agrees and how large an error would have shown in it.
func (r *Report) agreeText() string {
	var parts []string
	if r.Counts.OK > 0 {
		verb := "agree"
		if r.Counts.OK == 1 {
			verb = "agrees"
		}
		parts = append(parts, words.Count(r.Counts.OK, "element", "elements")+" "+verb)
	}
	if n, of := r.probed(); of > 0 && (r.Counts.OK < r.Total || n < of) {
		parts = append(parts, fmt.Sprintf("%d of %s certified as a whole", n, words.Count(of, "tensor", "tensors")))
	}
	if r.Counts.Kink > 0 {
		parts = append(parts, fmt.Sprintf("%s valid at a kink", words.Count(r.Counts.Kink, "element", "elements")))
	}
	if parts == nil {
		return "nothing agrees"
	}
	text := strings.Join(parts, ", ")
	if r.Resolution > 0 {
		text += fmt.Sprintf("; an error above %.0e would have shown", stats.RoundUp(r.Resolution, 1))
		if r.RelativeResolution > 0 {
			text += fmt.Sprintf(" (at worst %s of a tensor's largest gradient)", share(r.RelativeResolution))
		}
	}
	return text
}

// share renders a ratio as one part in so many.
func share(x float64) string {
	switch exponent := math.Floor(-math.Log10(x)); {
	case x >= 1:
		return fmt.Sprintf("%.2g times the size", x)
	case exponent < 4:
		return fmt.Sprintf("1 part in %.0f", math.Floor(1/x))
	default:
		return fmt.Sprintf("1 part in 10^%.0f", exponent)
	}
}

// wrongText counts what is wrong.
func (r *Report) wrongText() string {
	var names []string
	for _, t := range r.Tensors {
		if t.wrong() {
			names = append(names, clip(t.Tensor.Name))
		}
	}
	if names == nil {
		return "in the training step; " + r.agreeText()
	}
	text := "in " + strings.Join(names, ", ")
	if r.Counts.Wrong > 0 {
		text = fmt.Sprintf("%s of %s judged, in %s", words.Count(r.Counts.Wrong, "element", "elements"), words.Int(r.Checked),
			strings.Join(names, ", "))
	}
	if n := r.Unfollowed(); n > 0 {
		text += fmt.Sprintf("; %s more %s", words.Int(n), words.Unfollowed(n, r.Whole > 0))
	}
	return text
}

// probed returns how many of the probed tensors were certified.
func (r *Report) probed() (certified, probed int) {
	for _, t := range r.Tensors {
		if t.Probe != nil {
			probed++
		}
		if t.certified() {
			certified++
		}
	}
	return certified, probed
}
