package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gradtwin/compare"
)

// checks returns the checks of all runs.
func (r *Results) checks() []*compare.Report {
	var out []*compare.Report
	for i := range r.Runs {
		out = append(out, r.Runs[i].checks()...)
	}
	return out
}

// Outcome returns how the checks of all runs ended together.
func (r *Results) Outcome() Outcome { return OutcomeOf(r.checks()...) }

// Power says what error the checks of all runs would have shown, "" where nothing
// agrees.
func (r *Results) Power() string { return Power(r.checks()...) }

// maxNamed is how many places the verdict names.
const maxNamed = 3

// Verdict says in one sentence what the comparison found.
func (r *Results) Verdict() string {
	var counts compare.Counts
	checked, more := 0, 0
	for _, c := range r.checks() {
		checked += c.Checked
		more += unfollowed(c)
		counts.OK += c.Counts.OK
		counts.Kink += c.Counts.Kink
		counts.Wrong += c.Counts.Wrong
		counts.Inconclusive += c.Counts.Inconclusive
		counts.Unseen += c.Counts.Unseen
	}
	if len(r.checks()) == 0 {
		return "No gradient was checked."
	}
	outcome := r.Outcome()
	of := fmt.Sprintf("of %s elements checked", Commas(float64(checked)))
	parts := []string{"none " + of + " is wrong"}
	switch {
	case counts.Wrong > 0:
		parts = append([]string{fmt.Sprintf("%s %s %s wrong", Commas(float64(counts.Wrong)), of, plural(counts.Wrong, "is", "are"))}, named(r.wrong(), counts.Wrong)...)
	case outcome == Disagree:
		parts = named(r.wrong(), len(r.wrong()))
	case outcome == NotJudged:
		why := r.notJudged()
		parts = append(named(why, len(why)), parts...)
	}
	for _, p := range []struct {
		n    int
		text string
	}{
		{more, "more " + plural(more, "disagrees", "disagree")},
		{counts.Kink, plural(counts.Kink, "lies", "lie") + " on a kink of the loss"},
		{counts.Inconclusive, plural(counts.Inconclusive, "is", "are") + " inconclusive"},
		{counts.Unseen, plural(counts.Unseen, "is", "are") + " too small to be seen"},
	} {
		if p.n > 0 {
			parts = append(parts, Commas(float64(p.n))+" "+p.text)
		}
	}
	return outcome.Sentence() + ": " + strings.Join(parts, ", ") + "."
}

// wrong names what is wrong, and where: elements, or tensors as a whole.
func (r *Results) wrong() []string {
	var out []string
	r.each(func(where string, check *compare.Report) {
		for _, e := range check.Worst {
			if e.Verdict == compare.Wrong {
				out = append(out, e.Name()+where)
			}
		}
		for _, t := range check.Tensors {
			if t.Probe != nil && t.Probe.Verdict == compare.Wrong && t.Counts.Wrong == 0 {
				out = append(out, t.Tensor.Name+" as a whole"+where)
			}
		}
	})
	return out
}

// notJudged says what was not judged, and where.
func (r *Results) notJudged() []string {
	var out []string
	r.each(func(where string, check *compare.Report) {
		for _, text := range check.NotJudged {
			out = append(out, text+where)
		}
	})
	return out
}

// each calls do with every check and where it was made.
func (r *Results) each(do func(where string, check *compare.Report)) {
	for i := range r.Runs {
		for _, c := range r.Runs[i].Comparisons {
			where := fmt.Sprintf(" (%v batches, %s)", r.Runs[i].Config.Policy, c.when())
			for _, check := range c.Checks() {
				do(where, check)
			}
		}
	}
}

// named returns the first of some texts, and that there are more.
func named(texts []string, all int) []string {
	out := slices.Clone(texts[:min(maxNamed, len(texts))])
	if more := all - len(out); more > 0 {
		out = append(out, fmt.Sprintf("and %s more", Commas(float64(more))))
	}
	return out
}

// countsText counts the verdicts of one check.
func countsText(r *compare.Report) string {
	c := r.Counts
	n := func(count int, what string) string { return Commas(float64(count)) + " " + what }
	checked := Commas(float64(r.Checked))
	if r.Checked < r.Total {
		checked += " of " + Commas(float64(r.Total))
	}
	parts := []string{
		n(c.OK, "ok"), n(c.Kink, plural(c.Kink, "kink", "kinks")), n(c.Wrong, "wrong"), n(c.Inconclusive, "inconclusive"), n(c.Unseen, "unseen"),
	}
	if more := unfollowed(r); more > 0 {
		parts = append(parts, n(more, "more "+plural(more, "disagrees", "disagree")))
	}
	return fmt.Sprintf("%s elements checked: %s.", checked, strings.Join(parts, ", "))
}

// unfollowed counts the elements that disagree and were not judged further.
func unfollowed(r *compare.Report) int {
	n := 0
	for _, t := range r.Tensors {
		n += t.Unfollowed
	}
	return n
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// when says at which point of the run the gradients were compared.
func (c *Comparison) when() string {
	if c.After == 0 {
		return "at the start"
	}
	return fmt.Sprintf("after %s %s", Commas(float64(c.After)), plural(c.After, "step", "steps"))
}

// title names a run as the experiment does.
func (r *Run) title() string { return policyTitles[r.Config.Policy] }

// sentences tells what came out of training.
func (r *Run) sentences() []string {
	if len(r.Drift) == 0 {
		return nil
	}
	gap, step := r.LossGap()
	end := len(r.Drift) - 1
	out := []string{
		fmt.Sprintf("After %s steps the loss is %s with %s and %s with %s.", Commas(float64(end+1)),
			digits(r.Symbolic.Loss[end], 6), method(r.Symbolic.Backend), digits(r.Numeric.Loss[end], 6), method(r.Numeric.Backend)),
		fmt.Sprintf("The losses differ by %s at most (relative, at step %s), the parameters by %s at the end.",
			digits(gap, 2), Commas(float64(step)), digits(r.Drift[end], 2)),
		r.speedSentence(),
	}
	if n := len(r.Symbolic.Accuracy); n > 0 {
		out = append(out, fmt.Sprintf("Test accuracy went from %s to %s and from %s to %s.",
			percent(r.Symbolic.Accuracy[0]), percent(r.Symbolic.Accuracy[n-1]), percent(r.Numeric.Accuracy[0]), percent(r.Numeric.Accuracy[n-1])))
	}
	return out
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 2, 64) + " %" }

// digits writes a number with so many significant digits, very small and very
// large ones as 1.2·10⁻⁷.
func digits(v float64, n int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', n-1, 64), 64)
	return tickLabel(rounded)
}

// seconds writes a time with three significant digits.
func seconds(s float64) string {
	switch {
	case math.IsNaN(s):
		return "–"
	case s >= 60:
		return time.Duration(s * float64(time.Second)).Round(time.Second).String()
	case s >= 1:
		return digits(s, 3) + " s"
	case s >= 1e-3:
		return digits(1e3*s, 3) + " ms"
	default:
		return digits(1e6*s, 3) + " µs"
	}
}
