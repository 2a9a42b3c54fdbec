package page

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/report/reporttest"
)

func writePage(t *testing.T, r *report.Results) string {
	t.Helper()
	dir, err := report.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := newPage(r).write(dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(string(dir), "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestHTML(t *testing.T) {
	text := writePage(t, reporttest.Sample(false))
	for _, want := range []string{
		"The gradients agree: none of 10 elements checked is wrong, 1 lies on a kink of the loss.",
		`<h1 class="verdict good">`,
		"An error above 2.4·10⁻⁸ would have shown in every element that agrees; relative to the largest gradient of " +
			"its tensor, one above 10⁻⁶.",
		"10 elements checked: 9 ok, 1 kink, 0 wrong, 0 inconclusive, 0 unseen.",
		"<span>&#39;a&lt;b&gt;&amp;c&#39;</span>",
		"4–2, relu, δ = 10⁻⁷",
		`id="fixed-loss"`, `id="fixed-gap"`, `id="fixed-accuracy"`, `id="fixed-drift"`,
		// The difference of the losses is zero twice, which a logarithmic axis
		// cannot show, and then 0.25/1.5.
		`"y":[0,0,0.1666667]`,
		"A step with symbolic gradients is 4.0 times faster than one with numerical gradients.",
		"Test accuracy went from 10.00 % to 50.00 % with symbolic gradients and from 10.00 % to 25.00 % with " +
			"numerical gradients.",
		"One network was trained twice, from one start on the same batches: with symbolic gradients and with " +
			"numerical gradients. " +
			"Each of its 10 weights and biases is an element of the gradient; they were compared one by one, at 1 " +
			"point of the training.",
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
func first(r *report.Results) *compare.Report { return r.Runs[0].Comparisons[0].Check }

// A check that was not judged has a title and a colour of its own, and says why.
func TestHTMLNotJudged(t *testing.T) {
	r := reporttest.Sample(false)
	first(r).NotJudged, first(r).Counts, first(r).Resolution = []string{
		"W1: unseen, and so on",
	}, compare.Counts{
		Unseen: 10,
	}, 0
	text := writePage(t, r)
	for _, want := range []string{
		`<h1 class="verdict open"><span class="sign" aria-hidden="true">?</span> ` +
			"The gradients could not be judged: W1: unseen, and so on (fixed",
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
	md := string(newPage(r).markdown())
	if want := "\nNot judged: W1: unseen, and so on\n"; !strings.Contains(md, want) ||
		!strings.HasPrefix(md, "# The gradients could not be judged: ") {
		t.Errorf("report.md lacks %q:\n%s", want, md)
	}
}

// Each cause of a miss is named where there is one, and nowhere else: neither in
// the tables nor in the notes of the charts.
func TestCausesAreNamed(t *testing.T) {
	r := reporttest.Full()
	c := &r.Runs[0].Comparisons[0]
	for _, tt := range []struct {
		causes     twin.Causes
		activation gradtwin.Activation
		says, not  []string
	}{
		{twin.Causes{}, gradtwin.Tanh, nil, []string{"beyond the check", "a kink of the loss lies",
			"has reached a kink", "curvature (", "Far to the right"}},
		{twin.Causes{Curvature: 1234}, gradtwin.Tanh,
			[]string{"1,234 differences are beyond the check", "all because of the loss's curvature (the error " +
				"falls with h)", "Far to the right"}, []string{"a kink of the loss lies", "has reached a kink"}},
		{twin.Causes{Kink: 1}, gradtwin.ReLU, []string{"1 difference is beyond the check",
			"1 because a kink of the loss lies within ±h"}, []string{"curvature (", "rounding ("}},
	} {
		c.Causes = tt.causes
		r.Runs[0].Config.Spec = gradtwin.Spec{Layers: []int{4, 3, 2}, Activation: tt.activation}
		r.Runs[0].Comparisons[0].Check.Counts, r.Runs[0].Comparisons[0].Misses = compare.Counts{OK: 10}, nil
		page := newPage(r)
		page.Sections = page.Sections[:1]
		text := string(page.markdown())
		for _, chart := range page.Sections[0].Comparisons[0].Charts {
			text += chart.Note
		}
		for _, want := range tt.says {
			if !strings.Contains(text, want) {
				t.Errorf("%+v: nowhere %q:\n%s", tt.causes, want, text)
			}
		}
		for _, not := range tt.not {
			if strings.Contains(text, not) {
				t.Errorf("%+v: says %q:\n%s", tt.causes, not, text)
			}
		}
	}
}

// A run that diverged has a title that says so before it says what agreed.
func TestDiverged(t *testing.T) {
	r := reporttest.Sample(false)
	r.Runs[0].Diverged, r.Runs[0].Error = true, "graph: the loss is NaN after step 4"
	text := writePage(t, r)
	for _, want := range []string{
		`<h1 class="verdict open"><span class="sign" aria-hidden="true">!</span> ` +
			"Training diverged with fixed batches; the gradients agree where they were compared " +
			"(fixed batches at the start): none of",
		"<li>Training diverged: graph: the loss is NaN after step 4</li>",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// Runs that were interrupted before the first step have nothing to draw.
func TestHTMLWithoutSteps(t *testing.T) {
	r := reporttest.Sample(false)
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
