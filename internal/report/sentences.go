package report

import (
	"fmt"
	"slices"
	"strings"

	"gradtwin/compare/twin"
	"gradtwin/internal/stats"
	"gradtwin/internal/words"
)

// When says at which point of a run the gradients were compared.
func When(c *twin.Comparison) string {
	if c.After == 0 {
		return "at the start"
	}
	return "after " + words.Count(c.After, "step", "steps")
}

// policyTitles names the policies as the experiment does.
var policyTitles = map[twin.Policy]string{twin.Fixed: "Fixed batch", twin.SGD: "SGD"}

// Title names a run as the experiment does.
func (r *Run) Title() string { return policyTitles[r.Config.Policy] }

// Sentences tells what came out of training.
func (r *Run) Sentences() []string {
	var out []string
	if r.Error != "" {
		what := "The run ended with an error: "
		if r.Diverged {
			what = "Training diverged: "
		}
		out = append(out, what+r.Error)
	}
	if len(r.Drift) == 0 {
		return out
	}
	gap, step := r.LossGap()
	end := len(r.Drift) - 1
	out = append(out,
		fmt.Sprintf("After %s the loss is %s with %s and %s with %s.", words.Count(end+1, "step", "steps"),
			words.Digits(r.Symbolic.Loss[end], 6), method(r.Symbolic.Backend), words.Digits(r.Numeric.Loss[end], 6), method(r.Numeric.Backend)),
		fmt.Sprintf("The losses differ by %s at most (relative, at step %s), the parameters by %s at the end.",
			words.Digits(gap, 2), words.Int(step), words.Digits(r.Drift[end], 2)),
		r.faster(),
	)
	if why := r.why(); why != "" {
		out = append(out, why)
	}
	if n := len(r.Symbolic.Accuracy); n > 0 {
		out = append(out, fmt.Sprintf("Test accuracy went from %s to %s and from %s to %s.",
			words.Percent(r.Symbolic.Accuracy[0]), words.Percent(r.Symbolic.Accuracy[n-1]), words.Percent(r.Numeric.Accuracy[0]), words.Percent(r.Numeric.Accuracy[n-1])))
	}
	return out
}

// apart is the relative difference of losses or parameters from which a reader
// asks for the reason.
const apart = 0.01

// why says how equal gradients can lead to different networks, "" where they did
// not.
func (r *Run) why() string {
	gap, _ := r.LossGap()
	// Two backends that take no differences have no step to blame.
	if r.Outcome() != Agree || !r.steps() || max(gap, r.Drift[len(r.Drift)-1]) < apart {
		return ""
	}
	cause := "where that is too large or too small for an element, its difference is not quite the derivative"
	remedy := "A smaller learning rate keeps the networks together for longer."
	if !r.Config.Spec.Smooth() {
		cause = "where ReLU has a kink within ±h, the difference there is not the derivative"
		remedy = "Without ReLU (--activation tanh), or with a smaller --diff-step or --lr, the networks stay together for longer."
	}
	return "Why equal gradients led to different networks: the check takes a step h of its own for each element, training the same one for all; " + cause +
		". That moves the weights a little, and every later step carries the difference on, the more so the larger the learning rate. " + remedy
}

// steps reports whether a gradient of the run comes from differences with a step.
func (r *Run) steps() bool {
	return slices.ContainsFunc(r.Comparisons, func(c twin.Comparison) bool { return c.Step > 0 })
}

// Misses says how many differences at the run's h miss the gradient, and why; ""
// where none does.
func Misses(c *twin.Comparison) string {
	if c.Causes.Total() == 0 {
		return ""
	}
	var parts []string
	for _, p := range []struct {
		n    int
		text string
	}{
		{c.Causes.Kink, "a kink of the loss lies within ±h"},
		{c.Causes.Curvature, "of the loss's curvature (the error falls with h)"},
		{c.Causes.Rounding, "of the loss's rounding (the error grows with 1/h)"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%s because %s", words.Int(p.n), p.text))
		}
	}
	return fmt.Sprintf("At h = %s, %s beyond the check's bound: %s. At a step of its own each agrees.", words.Digits(c.Step, 2),
		words.Count(c.Causes.Total(), "difference is", "differences are"), strings.Join(parts, ", "))
}

// SpeedRatio returns the median time of the numeric backend's steps over that
// of the symbolic backend's, NaN when no step was done.
func (r *Run) SpeedRatio() float64 {
	return stats.Median(r.Numeric.Seconds) / stats.Median(r.Symbolic.Seconds)
}
