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

// played is a page of a network of 3×3 pixels that was trained for a few steps with
// each policy, and what it was made of.
type played struct {
	url    string
	pair   twin.Pair // of the last point
	points map[string]*twin.Point
}

// playPage writes a report on playResults.
func playPage(t *testing.T, activation gradtwin.Activation) played {
	t.Helper()
	r, p := playResults(t, activation)
	p.url = written(t, func(d report.Dir) error { return newPage(r).write(d) })
	return p
}

// written returns the address of the page that write writes.
func written(t *testing.T, write func(report.Dir) error) string {
	t.Helper()
	dir := t.TempDir()
	if err := write(report.Dir(dir)); err != nil {
		t.Fatal(err)
	}
	return "file://" + filepath.ToSlash(filepath.Join(dir, "report.html"))
}

// playResults are those of real networks, with one misclassified row of pixels 0, 51,
// 102, … by those of each run, of class 1 or 2.
func playResults(t *testing.T, activation gradtwin.Activation) (*report.Results, played) {
	t.Helper()
	spec := gradtwin.Spec{Layers: []int{9, 6, 5, 3}, Activation: activation, Delta: 1e-7}
	r := reporttest.Sample(false)
	p := played{points: map[string]*twin.Point{}}
	var runs []report.Run
	for k, policy := range []twin.Policy{twin.Fixed, twin.SGD} {
		run := reporttest.Sample(false).Runs[0]
		run.Config.Spec, run.Config.Policy, run.Comparisons = spec, policy, nil
		for _, after := range []int{0, 3} {
			pair := twintest.NewPair(t, spec, 4, after, uint32(3+k))
			c, err := twin.Compare(t.Context(), pair, pair.Numeric, 1e-4, spec.Smooth(), 1)
			if err != nil {
				t.Fatal(err)
			}
			c.After = after
			c.Point.SymbolicParams, c.Point.NumericParams = slices.Clone(
				pair.Symbolic.Params().Flat,
			), slices.Clone(pair.Numeric.Params().Flat)
			c.Point.Batch, c.Point.Height, c.Point.Width = pair.Batch, 3, 3
			run.Comparisons = append(run.Comparisons, c)
			p.pair, p.points[pointID(&run, &c)] = pair, c.Point
			run.Predictions = append(
				run.Predictions,
				&twin.Predictions{After: after, Symbolic: [][]int{{1}}, Numeric: [][]int{{1}}, Dead: []int{after, k},
					Mistakes: []twin.Mistake{
						{
							Row:      8,
							Label:    1 + k,
							Symbolic: 0,
							Numeric:  0,
							Pixels:   []byte{0, 51, 102, 153, 204, 255, 0, 51, 102},
						},
					}},
			)
		}
		runs = append(runs, run)
	}
	r.Runs = runs
	return r, p
}

// openPlay opens the page and waits for its scripts.
func openPlay(t *testing.T, ctx context.Context, url string) {
	t.Helper()
	open(t, ctx, url)
	do(t, ctx, chromedp.WaitReady(chromedp.CSS("#digit.ready")), chromedp.WaitReady(chromedp.CSS("#microscope.ready")),
		chromedp.WaitReady(chromedp.CSS("#units.ready")))
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
				const p = carried.points.at(-1), probe = new Probe(new Net(p.shape, array(p.weights)), array(p.x),
					p.labels, %q);
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
			{"-14", []string{"h = 1.0e-14: ", "Rounding makes the error"}},
			{"-1", []string{"h = 1.0e-1: ", map[bool]string{true: "a ReLU goes on or off",
				false: "curvature"}[activation == gradtwin.ReLU]}},
		} {
			evaluate[any](t, ctx, fmt.Sprintf(`(() => {
				const lens = document.getElementById("microscope"), point = lens.querySelector(".point"),
					slider = lens.querySelector("input");
				point.value = carried.points.length - 1;
				point.dispatchEvent(new Event("change"));
				slider.value = %s;
				slider.dispatchEvent(new Event("input"));
			})()`, c.exponent))
			got := text(t, ctx, "#microscope .readout")
			// A ReLU need not be near; then it is the curvature here too.
			if !strings.Contains(got, c.says[0]) ||
				!strings.Contains(got, c.says[1]) &&
					!(activation == gradtwin.ReLU && c.exponent == "-1" && strings.Contains(got, "curvature")) {
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
	evaluate[any](
		t,
		ctx,
		"window.awaited = undefined, void ("+script+").then(v => { window.awaited = v; document.body.dataset.awaited "+
			"= Math.random(); })",
	)
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
	for point, made := range p.points {
		// The pixel of row 1 and column 2 of the picture's first unit is input 5.
		move := `(() => {
			const frame = document.querySelector("#` + point + ` [data-values] .frame"),
				box = frame.getBoundingClientRect();
			const v = JSON.parse(frame.closest("[data-values]").dataset.values);
			const at = {clientX: box.left + box.width * 2.5 / (v.units.length * 4 - 1),
				clientY: box.top + box.height / 2, bubbles: true};
			frame.dispatchEvent(new PointerEvent("pointermove", at));
			frame.dispatchEvent(new MouseEvent("click", at));
			return v.units[0];
		})()`
		unit := evaluate[int](t, ctx, move)
		name := fmt.Sprintf("W1[5,%d]", unit)
		do(t, ctx, chromedp.WaitReady(chromedp.CSS("#"+point+" .hair:not([hidden])")))
		shown := evaluate[string](t, ctx, fmt.Sprintf("show(%v)", made.Symbolic[5*6+unit]))
		got := text(t, ctx, "#"+point+" .readout")
		if want := name + ": symbolic " + shown + ", numeric " + shown; !strings.HasPrefix(got, want) {
			t.Errorf("%s: hover says %q, want %q", point, got, want)
		}
		const chosen = `(s => carried.points[s.querySelector(".point").value].id + " " +
			s.querySelector(".weight").selectedOptions[0].text)(document.getElementById("microscope"))`
		if got, want := evaluate[string](t, ctx, chosen), point+" "+name; got != want {
			t.Errorf("%s is under the microscope, want %s", got, want)
		}
		if got := text(t, ctx, "#microscope .readout"); !strings.Contains(got, "symbolic "+shown) {
			t.Errorf("%s: the microscope says %q, want the gradient %s", point, got, shown)
		}
		evaluate[any](
			t,
			ctx,
			`void document.querySelector("#`+point+` .frame").dispatchEvent(new KeyboardEvent("keydown",
				{key: "ArrowUp"}))`,
		)
		got = await[string](t, ctx, `block.then(() => document.querySelector("#`+point+` .readout").textContent)`)
		if want := fmt.Sprintf("W1[2,%d]: ", unit); !strings.HasPrefix(got, want) {
			t.Errorf("%s: after the arrow up %q, want %q", point, got, want)
		}
	}
}

// The weights of each layer and the sums of each hidden one are drawn before and
// after training, with the dead units of the run that was chosen.
func TestUnits(t *testing.T) {
	ctx := browser(t)
	p := playPage(t, gradtwin.ReLU)
	openPlay(t, ctx, p.url)
	for k, run := range []string{"fixed-step3", "sgd-step3"} {
		pick(t, ctx, "#units select", k)
		titles := evaluate[[]string](t, ctx,
			`[...document.querySelectorAll("#units .layers h3")].map(h => h.textContent)`)
		shown := []string{"Weights W1", "Weights W2", "Weights W3", "Sums of hidden layer 1", "Sums of hidden layer 2"}
		if !slices.Equal(titles, shown) {
			t.Errorf("%s: figures %q, want %q", run, titles, shown)
		}
		if n := evaluate[int](t, ctx, `document.querySelectorAll("#units .layers .curve[data-name]").length`); n != 10 {
			t.Errorf("%s: %d curves in five figures, want one before training and one after in each", run, n)
		}
		// What is below the lowest weight of W3 and above the highest is not drawn.
		w3 := p.points[run].SymbolicParams[9*6+6+6*5+5:][:15]
		start := p.points[strings.TrimSuffix(run, "3")+"0"].NumericParams[9*6+6+6*5+5:][:15]
		want := evaluate[string](t, ctx, fmt.Sprintf("brief(%v)", min(slices.Min(w3), slices.Min(start))))
		if got := text(t, ctx, "#units .layers figure:nth-child(3) .xticks .start"); got != want {
			t.Errorf("%s: the histogram of W3 begins at %s, want %s", run, got, want)
		}
		dead := text(t, ctx, "#units .layers figure:last-child .caption")
		if want := fmt.Sprintf("Dead, 0 for each of the 1 test digits: %d before training, %d "+
			"after.", k, k); !strings.HasSuffix(
			dead,
			want,
		) {
			t.Errorf("%s: %q, want %q", run, dead, want)
		}
		// One picture for each unit, side by side: three pixels and a gap.
		const widths = `[...document.querySelectorAll("#units canvas")].map(c =>
			c.closest("figure").hidden ? 0 : c.width)`
		if sizes := evaluate[[]int](t, ctx, widths); !slices.Equal(sizes, []int{39, 39, 39}) {
			t.Errorf("%s: pictures %v wide, want three of 10×4−1", run, sizes)
		}
	}
}

// pick chooses an option of a select.
func pick(t *testing.T, ctx context.Context, selector string, option int) {
	t.Helper()
	evaluate[any](
		t,
		ctx,
		fmt.Sprintf(
			`(() => { const s = document.querySelector(%q); s.value = %d; s.dispatchEvent(new Event("change")); })()`,
			selector,
			option,
		),
	)
}

// shares returns the probabilities that the page shows, in per cent, of both networks.
func shares(t *testing.T, ctx context.Context) (symbolic, numeric []float64) {
	t.Helper()
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

// checkMistake clicks on the misclassified row and compares both networks'
// probabilities with those of the numeric backend: its loss is −ln(y + δ).
func checkMistake(t *testing.T, ctx context.Context, p played) {
	t.Helper()
	do(t, ctx, chromedp.Click(chromedp.CSS("#digit .mistakes button")))
	symbolic, numeric := shares(t, ctx)
	x := []float64{0, 51. / 255, 102. / 255, 153. / 255, 204. / 255, 1, 0, 51. / 255, 102. / 255}
	for class := range 3 {
		loss, err := p.pair.Numeric.Loss(gradtwin.Batch{X: x, Labels: []int{class}})
		if err != nil {
			t.Fatal(err)
		}
		// A tenth of a percent is shown.
		if want := 100 * (math.Exp(-loss) - 1e-7); math.Abs(numeric[class]-want) > 0.051 ||
			math.Abs(symbolic[class]-want) > 0.051 {
			t.Errorf("class %d: %v and %v %%, want %v", class, symbolic[class], numeric[class], want)
		}
	}
}

// Both networks answer a drawing with probabilities, and a misclassified row.
func TestDigit(t *testing.T) {
	ctx := browser(t)
	p := playPage(t, gradtwin.ReLU)
	openPlay(t, ctx, p.url)
	pick(t, ctx, "#digit select", 0)
	if got := text(t, ctx, "#digit .mistakes"); !strings.HasPrefix(got, "a 1, taken for ") {
		t.Errorf("the mistakes of the first run are %q, want one of a 1", got)
	}
	pick(t, ctx, "#digit select", 1)
	if got := text(t, ctx, "#digit .mistakes"); !strings.HasPrefix(got, "a 2, taken for ") {
		t.Errorf("the mistakes of the second run are %q, want one of a 2", got)
	}
	checkMistake(t, ctx, p)
	do(t, ctx, chromedp.Click(chromedp.CSS("#digit .pads button")))
	if got := text(t, ctx, "#digit .readout"); got != "Draw a digit." {
		t.Errorf("cleared, it says %q", got)
	}
	evaluate[any](t, ctx, `(() => {
		const pad = document.querySelector("#digit .pad"), box = pad.getBoundingClientRect();
		pad.setPointerCapture = () => {};
		const at = (type, x, y) => pad.dispatchEvent(new PointerEvent(type, {clientX: box.left + x * box.width,
			clientY: box.top + y * box.height, buttons: 1, pointerId: 1}));
		at("pointerdown", .5, .2);
		at("pointermove", .5, .8);
		at("pointerup", .5, .8);
	})()`)
	symbolic, numeric := shares(t, ctx)
	for _, s := range [][]float64{symbolic, numeric} {
		if sum := s[0] + s[1] + s[2]; math.Abs(sum-100) > 0.2 {
			t.Errorf("probabilities %v: want 100 %% in all", s)
		}
	}
	if got := text(t, ctx, "#digit .readout"); !strings.HasPrefix(got, "Fixed batch: both say ") ||
		!strings.Contains(got, ". SGD: both say ") {
		t.Errorf("of a drawing it says %q, want the answers of both runs", got)
	}
	// The middle of the stroke is in the middle of what the networks see.
	ink := evaluate[[]int](t, ctx, `(() => {
		const d = document.querySelector("#digit .seen").getContext("2d").getImageData(0, 0, 3, 3).data;
		return [d[4 * 4 + 3], d[4 * 3 + 3], d[4 * 5 + 3]];
	})()`)
	if ink[0] < 30 || 3*ink[1] > ink[0] || 3*ink[2] > ink[0] {
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
	links := evaluate[[]link](t, ctx,
		`[...document.querySelectorAll("nav a")].map(a => ({To: a.hash, There: !!document.querySelector(a.hash)}))`)
	var to []string
	for _, l := range links {
		to = append(to, l.To)
		if !l.There {
			t.Errorf("%s leads nowhere", l.To)
		}
	}
	want := []string{"#fixed", "#fixed-step0", "#fixed-step3", "#sgd", "#sgd-step0", "#sgd-step3", "#microscope",
		"#units", "#digit", "#glossary"}
	if !slices.Equal(to, want) {
		t.Errorf("contents %q, want %q", to, want)
	}
}

// On a page of several results the networks of all runs answer, also where they are
// of different kinds.
func TestSeveralRunsDraw(t *testing.T) {
	ctx := browser(t)
	relu, _ := playResults(t, gradtwin.ReLU)
	tanh, last := playResults(t, gradtwin.Tanh)
	open(t, ctx, written(t, func(d report.Dir) error { return WriteTogether(d, []*report.Results{relu, tanh}) }))
	do(t, ctx, chromedp.WaitReady(chromedp.CSS("#digit.ready")), chromedp.WaitReady(chromedp.CSS("#units.ready")))
	names := evaluate[[]string](t, ctx, `[...document.querySelectorAll("#digit option")].map(o => o.text)`)
	if want := []string{"fixed, relu", "sgd, relu", "fixed, tanh", "sgd, tanh"}; !slices.Equal(names, want) {
		t.Errorf("the networks of %q can be chosen, want %q", names, want)
	}
	checkMistake(t, ctx, last)
	got := text(t, ctx, "#digit .readout")
	for _, name := range names {
		if !strings.Contains(got, name+": both say ") {
			t.Errorf("%q lacks the answer of %s", got, name)
		}
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
	open(t, ctx, written(t, func(d report.Dir) error { return WriteTogether(d, all) }))
	const stroke = `[...document.querySelectorAll("#all-%s .plot:not([hidden]) .curve:not(.dots)")].map(c =>
		getComputedStyle(c).stroke)`
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
	// A line of the legend switches both curves of its run.
	if n := evaluate[int](t, ctx, `document.querySelectorAll("#all-loss .legend label").length`); n != runs {
		t.Errorf("%d lines in the legend, want %d", n, runs)
	}
	do(t, ctx, chromedp.Click(chromedp.CSS(`#all-loss .legend input`)))
	const off = `[...document.querySelectorAll("#all-loss .plot:not([hidden]) .off")].map(c => c.dataset.series).join()`
	if got := evaluate[string](t, ctx, off); got != "0,1" {
		t.Errorf("curves %s are switched off, want 0,1", got)
	}
	// The first run was measured at 0 and 3, the second at 1, 2 and 3.
	const path = `document.querySelector("#all-accuracy .curve:not(.dots)").getAttribute("d")`
	if got := evaluate[string](t, ctx, path+`.replace(/[^ML]/g, "")`); got != "ML" {
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
