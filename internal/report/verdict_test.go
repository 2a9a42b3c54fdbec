package report_test

import (
	"strings"
	"testing"

	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/report/reporttest"
)

// first returns the first check.
func first(r *report.Results) *compare.Report { return r.Runs[0].Comparisons[0].Check }

func TestOutcomeOf(t *testing.T) {
	right, open := &compare.Report{}, &compare.Report{NotJudged: []string{"b2: unseen"}}
	wrong := &compare.Report{
		NotJudged: []string{"b2: unseen"},
		Tensors:   []compare.TensorReport{{Counts: compare.Counts{Wrong: 1}}},
	}
	for _, c := range []struct {
		checks []*compare.Report
		want   report.Outcome
	}{
		{nil, report.NotJudged},
		{[]*compare.Report{right, right}, report.Agree},
		{[]*compare.Report{right, open, right}, report.NotJudged},
		{[]*compare.Report{right, open, wrong, right}, report.Disagree},
	} {
		if got := report.OutcomeOf(c.checks...); got != c.want {
			t.Errorf("%d checks: %s, want %s", len(c.checks), got, c.want)
		}
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*report.Results)
		want   string
	}{
		{"kink", func(*report.Results) {}, "The gradients agree: none of 10 elements checked is wrong, 1 lies on a " +
			"kink of the loss."},
		{"wrong", func(r *report.Results) { *r = *reporttest.Sample(true) },
			"The gradients disagree: 1 of 10 elements checked is wrong, W1[3,1] (fixed batches, at the start)."},
		{"as a whole", func(r *report.Results) {
			first(r).Counts = compare.Counts{OK: 10}
			first(r).Tensors[0].Probe = &compare.Probed{Verdict: compare.Wrong}
		}, "The gradients disagree: W1 as a whole (fixed batches, at the start)."},
		{"many", func(r *report.Results) {
			*r = *reporttest.Sample(true)
			first(r).Checked, first(r).Counts, first(r).Tensors[0].Unfollowed = 7, compare.Counts{OK: 2, Wrong: 5}, 3
		}, "The gradients disagree: 5 of 7 elements checked are wrong, W1[3,1] (fixed batches, at the start), and 4 " +
			"more, 3 more disagree."},
		{"many by an engine", func(r *report.Results) {
			*r = *reporttest.Sample(true)
			first(r).Whole, first(r).Tensors[0].Unfollowed = 1, 1
		}, "The gradients disagree: 1 of 10 elements checked is wrong, W1[3,1] (fixed batches, at the start), 1 more " +
			"disagrees or is undecided."},
		{"nothing", func(r *report.Results) { r.Runs = nil }, "No gradient was checked."},
		{"inconclusive", func(r *report.Results) {
			first(r).Counts = compare.Counts{OK: 7, Inconclusive: 2,
				Unseen: 1}
		},
			"The gradients agree: none of 10 elements checked is wrong, 2 are inconclusive, 1 is too small to be " +
				"seen."},
		{"not judged", func(r *report.Results) { first(r).NotJudged = []string{"b2: unseen"} },
			"The gradients could not be judged: b2: unseen (fixed batches, at the start), none of 10 elements " +
				"checked is wrong, 1 lies on a kink of the loss."},
	} {
		r := reporttest.Sample(false)
		c.change(r)
		if got := r.Verdict(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Where gradients of which none is wrong led to different networks, the reason is
// said: what was measured at the run's h, and for two exact gradients their rounding.
func TestWhy(t *testing.T) {
	const asks = "Why "
	for _, c := range []struct {
		name   string
		change func(run *report.Run)
		want   []string // none: nothing is asked
		not    []string
	}{
		{"close", func(run *report.Run) { run.Drift[2] = 1e-9 }, nil, []string{asks}},
		{"wrong", func(run *report.Run) { run.Comparisons[0].Check.Tensors[0].Counts.Wrong = 1 }, nil, []string{asks}},
		{"kinks", func(run *report.Run) { run.Comparisons[0].Causes = twin.Causes{Kink: 3} },
			[]string{"Why equal gradients led to different networks", "training takes h = 10⁻⁴ for all. Of the " +
				"differences at that h, 3 at the start were beyond",
				"by 10⁻⁹ after the first step and by 0.3 at the end", "--backends graph,backprop"}, nil},
		{"equal losses", func(*report.Run) {}, []string{"The losses are equal at every step, the parameters differ " +
			"by 0.3 at the end."}, nil},
		{"none off", func(*report.Run) {}, []string{"no difference at that h is beyond the check's " +
			"bound"}, []string{"kink"}},
		{"exact", func(run *report.Run) { run.Comparisons[0].Step = 0 },
			[]string{"the two backends round in different places"}, []string{"takes h", "--backends"}},
		{"not judged", func(run *report.Run) { run.Comparisons[0].Check.NotJudged = []string{"W1: unseen"} },
			[]string{"Why the networks differ though no gradient was found wrong"}, nil},
	} {
		r := reporttest.Sample(false)
		run := &r.Runs[0]
		run.Numeric.Loss, run.Drift = run.Symbolic.Loss, []float64{1e-9, 1e-8, 0.3}
		c.change(run)
		text := strings.Join(run.Sentences(), "\n")
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q lacks %q", c.name, text, want)
			}
		}
		for _, not := range c.not {
			if strings.Contains(text, not) {
				t.Errorf("%s: %q has %q", c.name, text, not)
			}
		}
	}
}

// Each cause has its part of the sentence where it has a count.
func TestMisses(t *testing.T) {
	for want, c := range map[string]twin.Comparison{
		"": {Step: 1e-4},
		"At h = 0.01, 3 differences are beyond the check's bound: 1 because a kink of the loss lies within ±h, " +
			"2 because of the loss's curvature (the error falls with h). At a step of its own each agrees.": {
			Step: 0.01, Causes: twin.Causes{Kink: 1, Curvature: 2}},
		"At h = 10⁻⁹, 1,000 differences are beyond the check's bound: all because of the loss's rounding " +
			"(the error grows with 1/h). At a step of its own each agrees.": {
			Step: 1e-9, Causes: twin.Causes{Rounding: 1000}},
	} {
		if got := report.Misses(&c); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
