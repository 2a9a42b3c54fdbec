package report_test

import (
	"strings"
	"testing"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/report/reporttest"
)

// first returns the first check.
func first(r *report.Results) *compare.Report { return r.Runs[0].Comparisons[0].Check }

func TestOutcomeOf(t *testing.T) {
	right, open := &compare.Report{}, &compare.Report{NotJudged: []string{"b2: unseen"}}
	wrong := &compare.Report{NotJudged: []string{"b2: unseen"}, Tensors: []compare.TensorReport{{Counts: compare.Counts{Wrong: 1}}}}
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
		{"kink", func(*report.Results) {}, "The gradients agree: none of 10 elements checked is wrong, 1 lies on a kink of the loss."},
		{"wrong", func(r *report.Results) { *r = *reporttest.Sample(true) },
			"The gradients disagree: 1 of 10 elements checked is wrong, W1[3,1] (fixed batches, at the start)."},
		{"as a whole", func(r *report.Results) {
			first(r).Counts = compare.Counts{OK: 10}
			first(r).Tensors[0].Probe = &compare.Probed{Verdict: compare.Wrong}
		}, "The gradients disagree: W1 as a whole (fixed batches, at the start)."},
		{"many", func(r *report.Results) {
			*r = *reporttest.Sample(true)
			first(r).Checked, first(r).Counts, first(r).Tensors[0].Unfollowed = 7, compare.Counts{OK: 2, Wrong: 5}, 3
		}, "The gradients disagree: 5 of 7 elements checked are wrong, W1[3,1] (fixed batches, at the start), and 4 more, 3 more disagree."},
		{"nothing", func(r *report.Results) { r.Runs = nil }, "No gradient was checked."},
		{"inconclusive", func(r *report.Results) { first(r).Counts = compare.Counts{OK: 7, Inconclusive: 2, Unseen: 1} },
			"The gradients agree: none of 10 elements checked is wrong, 2 are inconclusive, 1 is too small to be seen."},
		{"not judged", func(r *report.Results) { first(r).NotJudged = []string{"b2: unseen"} },
			"The gradients could not be judged: b2: unseen (fixed batches, at the start), none of 10 elements checked is wrong, 1 lies on a kink of the loss."},
	} {
		r := reporttest.Sample(false)
		c.change(r)
		if got := r.Verdict(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Where equal gradients led to different networks, the reason is said: that of a
// network without a kink is another.
func TestWhy(t *testing.T) {
	for _, c := range []struct {
		drift      float64
		activation gradtwin.Activation
		want       string
	}{
		{1e-9, gradtwin.ReLU, ""},
		{0.3, gradtwin.ReLU, "where ReLU has a kink within ±h"},
		{0.3, gradtwin.Tanh, "too large or too small"},
	} {
		r := reporttest.Sample(false)
		run := &r.Runs[0]
		run.Config.Spec = gradtwin.Spec{Layers: []int{4, 3, 2}, Activation: c.activation}
		run.Numeric.Loss = run.Symbolic.Loss
		run.Drift[2] = c.drift
		text := strings.Join(run.Sentences(), "\n")
		if got := strings.Contains(text, "Why equal gradients"); got != (c.want != "") || !strings.Contains(text, c.want) {
			t.Errorf("drift %v, %v: %q, want it with %q", c.drift, c.activation, text, c.want)
		}
	}
}

// Each cause has its part of the sentence where it has a count.
func TestMisses(t *testing.T) {
	for want, c := range map[string]twin.Comparison{
		"": {Step: 1e-4},
		"At h = 0.01, 3 differences are beyond the check's bound: 1 because a kink of the loss lies within ±h, 2 because of the loss's curvature (the error falls with h). At a step of its own each agrees.": {
			Step: 0.01, Causes: twin.Causes{Kink: 1, Curvature: 2}},
		"At h = 10⁻⁹, 1,000 differences are beyond the check's bound: 1,000 because of the loss's rounding (the error grows with 1/h). At a step of its own each agrees.": {
			Step: 1e-9, Causes: twin.Causes{Rounding: 1000}},
	} {
		if got := report.Misses(&c); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
