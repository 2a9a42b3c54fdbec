package report

import (
	"fmt"
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

// Lead says what was done, for a reader who begins here; "" where there is no run.
func (r *Results) Lead() string {
	if len(r.Runs) == 0 {
		return ""
	}
	first := &r.Runs[0]
	return fmt.Sprintf(
		"One network was trained twice, from one start on the same batches: with %s and with %s. "+
			"Each of its %s weights and biases is an element of the gradient; they were compared one by one, %s.",
		method(first.Symbolic.Backend),
		method(first.Numeric.Backend),
		words.Int(first.Config.Spec.NumParams()),
		r.compared(),
	)
}

// compared says at how many points gradients were compared.
func (r *Results) compared() string {
	points := 0
	for i := range r.Runs {
		points += len(r.Runs[i].Comparisons)
	}
	return fmt.Sprintf("at %s of the training", words.Count(points, "point", "points"))
}

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
	losses := fmt.Sprintf("The losses differ by %s at most (relative, at step %s), the parameters by %s at the end.",
		words.Digits(gap, 2), words.Int(step), words.Digits(r.Drift[end], 2))
	if gap == 0 {
		losses = fmt.Sprintf("The losses are equal at every step, the parameters differ by %s at the end.",
			words.Digits(r.Drift[end], 2))
	}
	out = append(out,
		fmt.Sprintf("After %s the loss is %s with %s and %s with %s.", words.Count(end+1, "step", "steps"),
			words.Digits(r.Symbolic.Loss[end], 6), method(r.Symbolic.Backend),
			words.Digits(r.Numeric.Loss[end], 6), method(r.Numeric.Backend)),
		losses,
		r.faster(),
	)
	if why := r.why(); why != "" {
		out = append(out, why)
	}
	if n := len(r.Symbolic.Accuracy); n > 0 {
		went := func(s twin.Series) string {
			return fmt.Sprintf("from %s to %s with %s", words.Percent(s.Accuracy[0]), words.Percent(s.Accuracy[n-1]),
				method(s.Backend))
		}
		out = append(out, fmt.Sprintf("Test accuracy went %s and %s.", went(r.Symbolic), went(r.Numeric)))
	}
	return out
}

// apart is the relative difference of losses or parameters from which a reader
// asks for the reason.
const apart = 0.01

// why says how gradients of which none is wrong led to different networks, "" where
// they did not. It states what was measured in this run and leaves the rest to one
// that can be made.
func (r *Run) why() string {
	gap, _ := r.LossGap()
	end := len(r.Drift) - 1
	if r.Outcome() == Disagree || max(gap, r.Drift[end]) < apart {
		return ""
	}
	question := "Why equal gradients led to different networks: "
	if r.Outcome() != Agree {
		question = "Why the networks differ though no gradient was found wrong: "
	}
	cause := "the two backends round in different places, which changes the last digits of a gradient. "
	remedy := ""
	if h := r.step(); h > 0 {
		cause = fmt.Sprintf("the check takes a step h of its own for each element, training takes h = %s for all. %s ",
			words.Digits(h, 2), r.missed())
		remedy = " What training makes of rounding alone is seen with two backends that take no differences: " +
			"--backends graph,backprop."
	}
	return question + cause + fmt.Sprintf(
		"Each update carries the difference of the two gradients into the weights, and from then on they are taken at "+
			"different weights: the parameters differed by %s after the first step and by %s at the end.",
		words.Digits(r.Drift[0], 2),
		words.Digits(r.Drift[end], 2),
	) + remedy
}

// missed says how many differences at the run's h were off at the points where the
// gradients were compared.
func (r *Run) missed() string {
	var at []string
	for i := range r.Comparisons {
		if c := &r.Comparisons[i]; c.Causes.Total() > 0 {
			at = append(at, words.Int(c.Causes.Total())+" "+When(c))
		}
	}
	if len(at) == 0 {
		return "Where the gradients were compared, no difference at that h is beyond the check's bound; between " +
			"these points nothing was compared."
	}
	return fmt.Sprintf("Of the differences at that h, %s were beyond the check's bound.", strings.Join(at, " and "))
}

// step returns the h of the run's differences, 0 where no gradient comes from one.
func (r *Run) step() float64 {
	for i := range r.Comparisons {
		if h := r.Comparisons[i].Step; h > 0 {
			return h
		}
	}
	return 0
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
		if p.n == c.Causes.Total() && p.n > 1 {
			parts[0] = "all because " + p.text
		}
	}
	return fmt.Sprintf("At h = %s, %s beyond the check's bound: %s. At a step of its own each agrees.",
		words.Digits(c.Step, 2), words.Count(c.Causes.Total(), "difference is", "differences are"),
		strings.Join(parts, ", "))
}

// faster says which backend's step is faster.
func (r *Run) faster() string {
	fast, slow, ratio := r.Symbolic.Backend, r.Numeric.Backend, r.SpeedRatio()
	if ratio < 1 {
		fast, slow, ratio = slow, fast, 1/ratio
	}
	return fmt.Sprintf("A step with %s is %.1f times faster than one with %s.", method(fast), ratio, method(slow))
}

// SpeedRatio returns the median time of the numeric backend's steps over that
// of the symbolic backend's, NaN when no step was done.
func (r *Run) SpeedRatio() float64 {
	return stats.Median(r.Numeric.Seconds) / stats.Median(r.Symbolic.Seconds)
}
