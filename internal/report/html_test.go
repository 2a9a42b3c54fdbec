package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
)

// sample returns results of a run of three steps with one wrong element where
// that is asked for.
func sample(wrong bool) *Results {
	spec := gradtwin.Spec{Layers: []int{4, 2}, Delta: 1e-7}
	check := &compare.Report{Checked: 10, Total: 10, Counts: compare.Counts{OK: 9, Kink: 1}, Resolution: 2.31e-8, RelativeResolution: 1e-6,
		Tensors: []compare.TensorReport{{Tensor: spec.Layout()[0]}}}
	if wrong {
		check.Counts = compare.Counts{OK: 9, Wrong: 1}
		check.Tensors[0].Counts.Wrong = 1
		check.Worst = []compare.Element{{Tensor: "W1", Index: []int{3, 1}, Verdict: compare.Wrong}}
	}
	return &Results{
		Version: Version, Replay: "gradtwin compare --data 'a<b>&c'", Engine: "incremental", Step: 1e-4,
		Environment: Environment{Go: "go1.26", OS: "linux", Arch: "amd64", Cores: 1},
		Data:        Data{Origin: "module cache", Train: 60000, Test: 10000},
		Runs: []Run{{
			Trace: twin.Trace{
				Config:   twin.Config{Spec: spec, Seed: 8, Policy: twin.Fixed, Batch: 10, Steps: 3, Inner: 1, LR: 0.01},
				Symbolic: twin.Series{Backend: "graph", Loss: []float64{2, 1.5, 1.25}, Seconds: []float64{1e-3, 2e-3, 1e-3}, Accuracy: []float64{0.1, 0.5}},
				Numeric:  twin.Series{Backend: "numeric", Loss: []float64{2, 1.5, 1.5}, Seconds: []float64{4e-3, 4e-3, 2e-3}, Accuracy: []float64{0.1, 0.25}},
				Drift:    []float64{0, 1e-9, 1e-7}, Evaluated: []int{0, 3},
			},
			Comparisons: []Comparison{{Step: 1e-4, Check: check}},
		}},
	}
}

func writePage(t *testing.T, r *Results) string {
	t.Helper()
	dir, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.WriteHTML(r); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(string(dir), "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestHTML(t *testing.T) {
	text := writePage(t, sample(false))
	for _, want := range []string{
		"The gradients agree: none of 10 elements checked is wrong, 1 lies on a kink of the loss.",
		`<h1 class="verdict good">`,
		"An error above 2.4·10⁻⁸ would have shown in every element that agrees; relative to the largest gradient of its tensor, one above 10⁻⁶.",
		"10 elements checked: 9 ok, 1 kink, 0 wrong, 0 inconclusive, 0 unseen.",
		"gradtwin compare --data &#39;a&lt;b&gt;&amp;c&#39;",
		"4–2, relu, δ = 10⁻⁷",
		`id="fixed-loss"`, `id="fixed-gap"`, `id="fixed-accuracy"`, `id="fixed-drift"`,
		// The difference of the losses is zero twice, which a logarithmic axis
		// cannot show, and then 0.25/1.5.
		`"y":[0,0,0.1666667]`,
		"A step with symbolic gradients is 4.0 times faster than one with numerical gradients.",
		"Test accuracy went from 10.00 % to 50.00 % and from 10.00 % to 25.00 %.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, not := range []string{"http:", "https:", "ZgotmplZ", "NaN", "src="} {
		if strings.Contains(text, not) {
			t.Errorf("the page contains %q", not)
		}
	}
}

// first returns the first check.
func first(r *Results) *compare.Report { return r.Runs[0].Comparisons[0].Check }

// A check that was not judged has a title and a colour of its own, and says why.
func TestHTMLNotJudged(t *testing.T) {
	r := sample(false)
	first(r).NotJudged, first(r).Counts, first(r).Resolution = []string{"W1: unseen, and so on"}, compare.Counts{Unseen: 10}, 0
	text := writePage(t, r)
	for _, want := range []string{
		`<h1 class="verdict open"><span class="sign" aria-hidden="true">?</span> The gradients could not be judged: W1: unseen, and so on (fixed`,
		`<p class="open">10 elements checked: 0 ok, 0 kinks, 0 wrong, 0 inconclusive, 10 unseen.</p>`,
		`<p class="open">Not judged: W1: unseen, and so on</p>`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(text, "would have shown") {
		t.Error("an error would have shown, where nothing agrees")
	}
	md := string(markdown(r))
	if want := "\n- **not judged**: W1: unseen, and so on\n"; !strings.Contains(md, want) || !strings.HasPrefix(md, "# The gradients could not be judged: ") {
		t.Errorf("report.md lacks %q:\n%s", want, md)
	}
}

// Nothing is said of differences that need another step where there are none.
func TestNoCorners(t *testing.T) {
	r := sample(false)
	for _, count := range []int{0, 1} {
		r.Runs[0].Comparisons[0].CornerCount = count
		for name, text := range map[string]string{"the page": writePage(t, r), "report.md": string(markdown(r))} {
			if got := strings.Contains(text, "beyond the check&#39;s bound") || strings.Contains(text, "beyond the check's bound"); got != (count > 0) {
				t.Errorf("%d differences beyond the bound: %s speaks of some: %v", count, name, got)
			}
		}
	}
}

func TestOutcomeOf(t *testing.T) {
	right, open := &compare.Report{}, &compare.Report{NotJudged: []string{"b2: unseen"}}
	wrong := &compare.Report{NotJudged: []string{"b2: unseen"}, Tensors: []compare.TensorReport{{Counts: compare.Counts{Wrong: 1}}}}
	for _, c := range []struct {
		checks []*compare.Report
		want   Outcome
	}{
		{nil, NotJudged},
		{[]*compare.Report{right, right}, Agree},
		{[]*compare.Report{right, open, right}, NotJudged},
		{[]*compare.Report{right, open, wrong, right}, Disagree},
	} {
		if got := OutcomeOf(c.checks...); got != c.want {
			t.Errorf("%d checks: %s, want %s", len(c.checks), got, c.want)
		}
	}
}

func TestAbove(t *testing.T) {
	for v, want := range map[float64]string{2.31e-8: "2.4·10⁻⁸", 2.3e-8: "2.3·10⁻⁸", 9.91e-5: "10⁻⁴", 1: "1", 0.0101: "0.011", 1.7e308: "1.7·10³⁰⁸"} {
		if got := above(v); got != want {
			t.Errorf("%g: %s, want %s", v, got, want)
		}
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Results)
		want   string
	}{
		{"kink", func(*Results) {}, "The gradients agree: none of 10 elements checked is wrong, 1 lies on a kink of the loss."},
		{"wrong", func(r *Results) { *r = *sample(true) },
			"The gradients disagree: 1 of 10 elements checked is wrong, W1[3,1] (fixed batches, at the start)."},
		{"as a whole", func(r *Results) {
			first(r).Counts = compare.Counts{OK: 10}
			first(r).Tensors[0].Probe = &compare.Probed{Verdict: compare.Wrong}
		}, "The gradients disagree: W1 as a whole (fixed batches, at the start)."},
		{"many", func(r *Results) {
			*r = *sample(true)
			first(r).Checked, first(r).Counts, first(r).Tensors[0].Unfollowed = 7, compare.Counts{OK: 2, Wrong: 5}, 3
		}, "The gradients disagree: 5 of 7 elements checked are wrong, W1[3,1] (fixed batches, at the start), and 4 more, 3 more disagree."},
		{"nothing", func(r *Results) { r.Runs = nil }, "No gradient was checked."},
		{"inconclusive", func(r *Results) { first(r).Counts = compare.Counts{OK: 7, Inconclusive: 2, Unseen: 1} },
			"The gradients agree: none of 10 elements checked is wrong, 2 are inconclusive, 1 is too small to be seen."},
		{"not judged", func(r *Results) { first(r).NotJudged = []string{"b2: unseen"} },
			"The gradients could not be judged: b2: unseen (fixed batches, at the start), none of 10 elements checked is wrong, 1 lies on a kink of the loss."},
	} {
		r := sample(false)
		c.change(r)
		if got := r.Verdict(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Runs that were interrupted before the first step have nothing to draw.
func TestHTMLWithoutSteps(t *testing.T) {
	r := sample(false)
	run := &r.Runs[0]
	run.Symbolic.Loss, run.Numeric.Loss, run.Drift, run.Evaluated = nil, nil, nil, nil
	run.Symbolic.Accuracy, run.Numeric.Accuracy = nil, nil
	run.Symbolic.Seconds, run.Numeric.Seconds = nil, nil
	r.Interrupted = true
	text := writePage(t, r)
	if strings.Contains(text, "<figure") {
		t.Error("a chart of nothing")
	}
	if !strings.Contains(text, "interrupted") {
		t.Error("the page does not say that the run was interrupted")
	}
}
