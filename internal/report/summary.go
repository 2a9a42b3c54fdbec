package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"gradtwin/compare"
)

// Agree tells whether every gradient that was checked in any run is right.
func (r *Results) Agree() bool {
	for i := range r.Runs {
		if !r.Runs[i].Agree() {
			return false
		}
	}
	return true
}

// Verdict says in one sentence what the comparison found.
func (r *Results) Verdict() string {
	var counts compare.Counts
	var wrong []string
	checked := 0
	for _, run := range r.Runs {
		for _, c := range run.Comparisons {
			checked += c.Check.Checked
			counts.OK += c.Check.Counts.OK
			counts.Kink += c.Check.Counts.Kink
			counts.Wrong += c.Check.Counts.Wrong
			counts.Inconclusive += c.Check.Counts.Inconclusive
			for _, e := range c.Check.Worst {
				if e.Verdict == compare.Wrong {
					wrong = append(wrong, fmt.Sprintf("%s (%v batches, %s)", e.Name(), run.Config.Policy, c.when()))
				}
			}
		}
	}
	of := fmt.Sprintf("of %s elements checked", Commas(float64(checked)))
	var b strings.Builder
	switch {
	case checked == 0:
		return "No gradient was checked."
	case counts.Wrong > 0:
		fmt.Fprintf(&b, "The gradients disagree: %s %s wrong", Commas(float64(counts.Wrong)), of+plural(counts.Wrong, " is", " are"))
		const named = 3
		fmt.Fprintf(&b, ", %s", strings.Join(wrong[:min(named, len(wrong))], ", "))
		if counts.Wrong > named {
			b.WriteString(" first")
		}
	case !r.Agree():
		fmt.Fprintf(&b, "The gradients did not pass the check, though none %s was found wrong", of)
	default:
		fmt.Fprintf(&b, "The gradients agree: none %s is wrong", of)
		if counts.Kink > 0 {
			fmt.Fprintf(&b, ", %s %s at a corner of the loss", Commas(float64(counts.Kink)), plural(counts.Kink, "lies", "lie"))
		}
	}
	if counts.Inconclusive > 0 {
		fmt.Fprintf(&b, ", %s inconclusive", Commas(float64(counts.Inconclusive)))
	}
	b.WriteByte('.')
	return b.String()
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
		fmt.Sprintf("After %s steps the loss is %s with symbolic gradients and %s with central differences.",
			Commas(float64(end+1)), digits(r.Symbolic.Loss[end], 6), digits(r.Numeric.Loss[end], 6)),
		fmt.Sprintf("The losses differ by %s at most (relative, at step %s), the parameters by %s at the end.",
			digits(gap, 2), Commas(float64(step)), digits(r.Drift[end], 2)),
		SpeedSentence(r.SpeedRatio()),
	}
	if n := len(r.Symbolic.Accuracy); n > 0 {
		out = append(out, fmt.Sprintf("Test accuracy went from %s to %s and from %s to %s.",
			percent(r.Symbolic.Accuracy[0]), percent(r.Symbolic.Accuracy[n-1]), percent(r.Numeric.Accuracy[0]), percent(r.Numeric.Accuracy[n-1])))
	}
	return out
}

// SpeedSentence says which backend was faster; ratio is the numeric backend's
// time a step over the symbolic one's.
func SpeedSentence(ratio float64) string {
	if ratio < 1 {
		return fmt.Sprintf("A step with central differences is %.1f times faster than one with symbolic gradients.", 1/ratio)
	}
	return fmt.Sprintf("A step with symbolic gradients is %.1f times faster than one with central differences.", ratio)
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
