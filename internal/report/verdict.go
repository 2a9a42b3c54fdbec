package report

import (
	"fmt"
	"slices"
	"strings"

	"gradtwin/compare"
	"gradtwin/internal/words"
)

// checks returns the checks of all runs.
func (r *Results) checks() []*compare.Report {
	var out []*compare.Report
	for i := range r.Runs {
		out = append(out, r.Runs[i].checks()...)
	}
	return out
}

// Diverged reports whether a run diverged.
func (r *Results) Diverged() bool { return r.diverged() != "" }

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
	checked, more, byEngine := 0, 0, false
	for _, c := range r.checks() {
		checked += c.Checked
		n := c.Unfollowed()
		more, byEngine = more+n, byEngine || n > 0 && c.Whole > 0
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
	of := fmt.Sprintf("of %s elements checked", words.Int(checked))
	parts := []string{"none " + of + " is wrong"}
	switch {
	case counts.Wrong > 0:
		wrong := fmt.Sprintf("%s %s %s wrong", words.Int(counts.Wrong), of, words.Plural(counts.Wrong, "is", "are"))
		parts = append([]string{wrong}, named(r.wrong(), counts.Wrong)...)
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
		{more, "more " + words.Unfollowed(more, byEngine)},
		{counts.Kink, words.Plural(counts.Kink, "lies", "lie") + " on a kink of the loss"},
		{counts.Inconclusive, words.Plural(counts.Inconclusive, "is", "are") + " inconclusive"},
		{counts.Unseen, words.Plural(counts.Unseen, "is", "are") + " too small to be seen"},
	} {
		if p.n > 0 {
			parts = append(parts, words.Int(p.n)+" "+p.text)
		}
	}
	headline := outcome.sentence()
	if diverged := r.diverged(); diverged != "" {
		headline = diverged
		if outcome == Agree {
			headline += "; the gradients agree where they were compared" + r.points()
		} else {
			headline += "; " + strings.ToLower(outcome.sentence()[:1]) + outcome.sentence()[1:]
		}
	}
	return headline + ": " + strings.Join(parts, ", ") + "."
}

// diverged says which runs diverged, "" where none did.
func (r *Results) diverged() string {
	var names []string
	for i := range r.Runs {
		if r.Runs[i].Diverged {
			names = append(names, r.Runs[i].Config.Policy.String())
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "Training diverged with " + strings.Join(names, " and ") + " batches"
}

// points lists where gradients were compared, in parentheses.
func (r *Results) points() string {
	var where []string
	for i := range r.Runs {
		for _, c := range r.Runs[i].Comparisons {
			where = append(where, fmt.Sprintf("%v batches %s", r.Runs[i].Config.Policy, When(&c)))
		}
	}
	return " (" + strings.Join(where, ", ") + ")"
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
			where := fmt.Sprintf(" (%v batches, %s)", r.Runs[i].Config.Policy, When(&c))
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
		out = append(out, fmt.Sprintf("and %s more", words.Int(more)))
	}
	return out
}

// CountsText counts the verdicts of one check.
func CountsText(r *compare.Report) string {
	c := r.Counts
	n := func(count int, what string) string { return words.Int(count) + " " + what }
	checked := words.Int(r.Checked)
	if r.Checked < r.Total {
		checked += " of " + words.Int(r.Total)
	}
	parts := []string{
		n(c.OK, "ok"), n(c.Kink, words.Plural(c.Kink, "kink", "kinks")), n(c.Wrong, "wrong"),
		n(c.Inconclusive, "inconclusive"), n(c.Unseen, "unseen"),
	}
	if more := r.Unfollowed(); more > 0 {
		parts = append(parts, n(more, "more "+words.Unfollowed(more, r.Whole > 0)))
	}
	return fmt.Sprintf("%s elements checked: %s.", checked, strings.Join(parts, ", "))
}
