package page

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/compare/twin/twintest"
	"gradtwin/internal/report"
	"gradtwin/internal/report/reporttest"
)

// played is a page of a network of 3×3 pixels that was trained for a few steps, and
// what it was made of.
type played struct {
	url  string
	pair twin.Pair
	end  *twin.Point
}

// playPage writes a report on a real network, with one misclassified row of pixels
// 0, 51, 102, …
func playPage(t *testing.T, activation gradtwin.Activation) played {
	t.Helper()
	spec := gradtwin.Spec{Layers: []int{9, 6, 5, 3}, Activation: activation, Delta: 1e-7}
	r := reporttest.Sample(false)
	run := &r.Runs[0]
	run.Config.Spec, run.Comparisons = spec, nil
	p := played{}
	for _, after := range []int{0, 3} {
		pair := twintest.NewPair(t, spec, 4, after, 3)
		c, err := twin.Compare(t.Context(), pair, pair.Numeric, 1e-4, spec.Smooth(), 1)
		if err != nil {
			t.Fatal(err)
		}
		c.After = after
		c.Point.SymbolicParams, c.Point.NumericParams = slices.Clone(pair.Symbolic.Params().Flat), slices.Clone(pair.Numeric.Params().Flat)
		c.Point.Batch, c.Point.Height, c.Point.Width = pair.Batch, 3, 3
		run.Comparisons = append(run.Comparisons, c)
		p.pair, p.end = pair, c.Point
	}
	run.Predictions = []*twin.Predictions{{After: 3, Symbolic: [][]int{{1}}, Numeric: [][]int{{1}},
		Mistakes: []twin.Mistake{{Row: 8, Label: 2, Symbolic: 1, Numeric: 1, Pixels: []byte{0, 51, 102, 153, 204, 255, 0, 51, 102}}}}}
	dir := report.Dir(t.TempDir())
	if err := newPage(r).write(dir); err != nil {
		t.Fatal(err)
	}
	p.url = "file://" + filepath.ToSlash(filepath.Join(string(dir), "report.html"))
	return p
}

// openPlay opens the page and waits for its scripts.
func openPlay(t *testing.T, ctx context.Context, url string) {
	t.Helper()
	open(t, ctx, url)
	do(t, ctx, chromedp.WaitReady(chromedp.CSS("#digit.ready")), chromedp.WaitReady(chromedp.CSS("#microscope.ready")), chromedp.WaitReady(chromedp.CSS("#units.ready")))
}

// text returns what an element of the page says.
func text(t *testing.T, ctx context.Context, selector string) string {
	t.Helper()
	return evaluate[string](t, ctx, fmt.Sprintf("document.querySelector(%q).textContent", selector))
}

// The page's own network has the loss of the numeric backend, also with a weight
// of each tensor moved, and the microscope's slider shows rounding and truncation
// take turns.
func TestMicroscope(t *testing.T) {
	ctx := browser(t)
	for _, activation := range []gradtwin.Activation{gradtwin.ReLU, gradtwin.Sigmoid, gradtwin.Tanh} {
		p := playPage(t, activation)
		openPlay(t, ctx, p.url)
		flat := p.pair.Numeric.Params().Flat
		from := 0
		for _, tensor := range p.pair.Layout() {
			i := from + tensor.Len() - 1
			from += tensor.Len()
			name, x := p.pair.Layout().Element(i), flat[i]
			flat[i] = x + 0.25
			want, err := p.pair.Numeric.Loss(p.pair.Batch)
			flat[i] = x
			if err != nil {
				t.Fatal(err)
			}
			got := await[float64](t, ctx, fmt.Sprintf(`block.then(array => {
				const p = carried.points.at(-1), probe = new Probe(new Net(array(p.weights)), array(p.x), p.labels, %q);
				return probe.loss(probe.value + .25);
			})`, name))
			// The two sum in other orders.
			if math.Abs(got-want) > 1e-14 {
				t.Errorf("%v: loss %v with %s moved, want %v", activation, got, name, want)
			}
		}
		for _, c := range []struct {
			exponent string
			says     []string
		}{
			{"-10", []string{"h = 1.0e-10: ", "Rounding makes the error"}},
			{"-1", []string{"h = 1.0e-1: ", map[bool]string{true: "a ReLU goes on or off", false: "curvature"}[activation == gradtwin.ReLU]}},
		} {
			evaluate[any](t, ctx, fmt.Sprintf(`(() => {
				const lens = document.getElementById("microscope"), point = lens.querySelector(".point"), slider = lens.querySelector("input");
				point.value = carried.points.length - 1;
				point.dispatchEvent(new Event("change"));
				slider.value = %s;
				slider.dispatchEvent(new Event("input"));
			})()`, c.exponent))
			got := text(t, ctx, "#microscope .readout")
			// A ReLU need not be near; then it is the curvature here too.
			if !strings.Contains(got, c.says[0]) || !strings.Contains(got, c.says[1]) && !(activation == gradtwin.ReLU && c.exponent == "-1" && strings.Contains(got, "curvature")) {
				t.Errorf("%v: %q, want %q", activation, got, c.says)
			}
		}
		if n := evaluate[int](t, ctx, `document.querySelectorAll("#microscope .curve[data-name]").length`); n != 4 {
			t.Errorf("%v: %d curves, want loss, tangent, secant and error", activation, n)
		}
	}
}

// await evaluates a script that is a promise.
func await[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	do(t, ctx, chromedp.WaitReady(chromedp.CSS("body")))
	evaluate[any](t, ctx, "window.awaited = undefined, void ("+script+").then(v => { window.awaited = v; document.body.dataset.awaited = Math.random(); })")
	if err := chromedp.Do(ctx, chromedp.WaitReady(chromedp.CSS("body[data-awaited]"))); err != nil {
		t.Fatal(err)
	}
	v := evaluate[T](t, ctx, "window.awaited")
	evaluate[any](t, ctx, "void delete document.body.dataset.awaited")
	return v
}

// Under the pointer, and at the arrow keys, a heat map tells the values that the
// check had; a click brings the element under the microscope.
func TestHover(t *testing.T) {
	ctx := browser(t)
	p := playPage(t, gradtwin.Tanh)
	openPlay(t, ctx, p.url)
	const point = "fixed-step3"
	// The pixel of row 1 and column 2 of the picture's first unit is input 5.
	const move = `(() => {
		const frame = document.querySelector("#` + point + ` [data-values] .frame"), v = JSON.parse(frame.closest("[data-values]").dataset.values), box = frame.getBoundingClientRect();
		const at = {clientX: box.left + box.width * 2.5 / (v.units.length * 4 - 1), clientY: box.top + box.height / 2, bubbles: true};
		frame.dispatchEvent(new PointerEvent("pointermove", at));
		frame.dispatchEvent(new MouseEvent("click", at));
		return v.units[0];
	})()`
	unit := evaluate[int](t, ctx, move)
	name := fmt.Sprintf("W1[5,%d]", unit)
	do(t, ctx, chromedp.WaitReady(chromedp.CSS("#"+point+" .hair:not([hidden])")))
	gradient := p.end.Symbolic[5*6+unit]
	got := text(t, ctx, "#"+point+" .readout")
	shown := evaluate[string](t, ctx, fmt.Sprintf("show(%v)", gradient))
	if want := name + ": symbolic " + shown + ", numeric " + shown; !strings.HasPrefix(got, want) {
		t.Errorf("hover says %q, want %q", got, want)
	}
	if got := evaluate[string](t, ctx, `document.querySelector("#microscope .weight").selectedOptions[0].text`); got != name {
		t.Errorf("%s is under the microscope, want %s", got, name)
	}
	evaluate[any](t, ctx, `void document.querySelector("#`+point+` .frame").dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowUp"}))`)
	got = await[string](t, ctx, `block.then(() => document.querySelector("#`+point+` .readout").textContent)`)
	if want := fmt.Sprintf("W1[2,%d]: ", unit); !strings.HasPrefix(got, want) {
		t.Errorf("after the arrow up %q, want %q", got, want)
	}
}

// Both networks answer a drawing with probabilities, and a misclassified row with
// those of the numeric backend: its loss is −ln(y + δ).
func TestDigit(t *testing.T) {
	ctx := browser(t)
	p := playPage(t, gradtwin.ReLU)
	openPlay(t, ctx, p.url)
	shares := func() (symbolic, numeric []float64) {
		all := evaluate[[]string](t, ctx, `[...document.querySelectorAll("#digit td.share")].map(c => c.textContent)`)
		for i, cell := range all {
			var v float64
			if _, err := fmt.Sscanf(cell, "%f %%", &v); err != nil {
				t.Fatalf("share %q", cell)
			}
			if i%2 == 0 {
				symbolic = append(symbolic, v)
			} else {
				numeric = append(numeric, v)
			}
		}
		return symbolic, numeric
	}
	do(t, ctx, chromedp.Click(chromedp.CSS("#digit .mistakes button")))
	symbolic, numeric := shares()
	x := []float64{0, 51. / 255, 102. / 255, 153. / 255, 204. / 255, 1, 0, 51. / 255, 102. / 255}
	for class := range 3 {
		loss, err := p.pair.Numeric.Loss(gradtwin.Batch{X: x, Labels: []int{class}})
		if err != nil {
			t.Fatal(err)
		}
		// A tenth of a percent is shown.
		if want := 100 * (math.Exp(-loss) - 1e-7); math.Abs(numeric[class]-want) > 0.051 || math.Abs(symbolic[class]-want) > 0.051 {
			t.Errorf("class %d: %v and %v %%, want %v", class, symbolic[class], numeric[class], want)
		}
	}
	do(t, ctx, chromedp.Click(chromedp.CSS("#digit .pads button")))
	if got := text(t, ctx, "#digit .readout"); got != "Draw a digit." {
		t.Errorf("cleared, it says %q", got)
	}
	evaluate[any](t, ctx, `(() => {
		const pad = document.querySelector("#digit .pad"), box = pad.getBoundingClientRect();
		pad.setPointerCapture = () => {};
		const at = (type, x, y) => pad.dispatchEvent(new PointerEvent(type, {clientX: box.left + x * box.width, clientY: box.top + y * box.height, buttons: 1, pointerId: 1}));
		at("pointerdown", .5, .2);
		at("pointermove", .5, .8);
		at("pointerup", .5, .8);
	})()`)
	symbolic, numeric = shares()
	for _, s := range [][]float64{symbolic, numeric} {
		if sum := s[0] + s[1] + s[2]; math.Abs(sum-100) > 0.2 {
			t.Errorf("probabilities %v: want 100 %% in all", s)
		}
	}
	if got := text(t, ctx, "#digit .readout"); !strings.Contains(got, "say") {
		t.Errorf("of a drawing it says %q", got)
	}
	// The middle of the stroke is in the middle of what the networks see.
	if ink := evaluate[[]int](t, ctx, `(() => { const d = document.querySelector("#digit .seen").getContext("2d").getImageData(0, 0, 3, 3).data; return [d[4 * 4 + 3], d[4 * 3 + 3], d[4 * 5 + 3]] })()`); ink[0] < 30 || 3*ink[1] > ink[0] || 3*ink[2] > ink[0] {
		t.Errorf("ink %v in the middle and beside it", ink)
	}
}

// Every line of the contents leads somewhere.
func TestContents(t *testing.T) {
	ctx := browser(t)
	openPlay(t, ctx, playPage(t, gradtwin.ReLU).url)
	type link struct {
		To    string
		There bool
	}
	links := evaluate[[]link](t, ctx, `[...document.querySelectorAll("nav a")].map(a => ({To: a.hash, There: !!document.querySelector(a.hash)}))`)
	var to []string
	for _, l := range links {
		to = append(to, l.To)
		if !l.There {
			t.Errorf("%s leads nowhere", l.To)
		}
	}
	if want := []string{"#fixed", "#fixed-step0", "#fixed-step3", "#microscope", "#units", "#digit", "#glossary"}; !slices.Equal(to, want) {
		t.Errorf("contents %q, want %q", to, want)
	}
}

// Ten runs have ten colours, one each in all charts, and a run's accuracy is one
// curve though others were measured at steps between.
func TestSeveralRuns(t *testing.T) {
	ctx := browser(t)
	const runs = 10
	var all []*report.Results
	for i := range runs {
		r := reporttest.Sample(false)
		run := &r.Runs[0]
		run.Config.Seed = uint32(i)
		r.Replay = fmt.Sprintf("gradtwin compare --seed %d", i)
		if i == 1 {
			run.Evaluated = []int{1, 2, 3}
			run.Symbolic.Accuracy, run.Numeric.Accuracy = []float64{0.1, 0.2, 0.3}, []float64{0.1, 0.2, 0.3}
			run.Error = "it went wrong"
		}
		all = append(all, r)
	}
	dir := report.Dir(t.TempDir())
	if err := WriteTogether(dir, all); err != nil {
		t.Fatal(err)
	}
	open(t, ctx, "file://"+filepath.ToSlash(filepath.Join(string(dir), "report.html")))
	const stroke = `[...document.querySelectorAll("#all-%s .plot:not([hidden]) .curve:not(.dots)")].map(c => getComputedStyle(c).stroke)`
	drift := evaluate[[]string](t, ctx, fmt.Sprintf(stroke, "drift"))
	if distinct := slices.Compact(slices.Sorted(slices.Values(drift))); len(drift) != runs || len(distinct) != runs {
		t.Errorf("%d curves in %d colours, want %d in as many", len(drift), len(distinct), runs)
	}
	for _, chart := range []string{"loss", "accuracy", "time"} {
		for i, c := range evaluate[[]string](t, ctx, fmt.Sprintf(stroke, chart)) {
			if c != drift[i/2] {
				t.Errorf("%s: curve %d is %s, that run's drift %s", chart, i, c, drift[i/2])
			}
		}
	}
	// The first run was measured at 0 and 3, the second at 1, 2 and 3.
	if got := evaluate[string](t, ctx, `document.querySelector("#all-accuracy .curve:not(.dots)").getAttribute("d").replace(/[^ML]/g, "")`); got != "ML" {
		t.Errorf("the accuracy's path is %q, want one stroke of two points", got)
	}
	page := text(t, ctx, "header")
	if !strings.Contains(page, "Replay seed 3 gradtwin compare --seed 3") {
		t.Errorf("the replay of seed 3 does not say so: %q", page)
	}
	if got := text(t, ctx, ".found"); !strings.Contains(got, "seed 1: it went wrong") || strings.Count(got, ":") != 1 {
		t.Errorf("errors %q: want that of seed 1 alone", got)
	}
}
