package page

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/compare/twin/twintest"
	"gradtwin/internal/report"
	"gradtwin/internal/report/reporttest"
)

// browser opens a tab of the tests' browser, which is closed with the test. The test
// is skipped where there is no browser, and runs beside others.
func browser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: starts a browser")
	}
	t.Parallel()
	shared, err := startBrowser()
	if err != nil {
		t.Skip(err)
	}
	ctx, cancel := chromedp.NewContext(shared)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// endBrowser ends the tests' browser, if it was started.
var endBrowser = func() {}

var startBrowser = sync.OnceValues(func() (context.Context, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		return nil, errors.New("no Chromium: on Debian, apt-get install -y chromium")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path)}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
		"disable-background-networking", "disable-component-update", "disable-sync"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	endBrowser = func() {
		end()
		endAllocator()
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		return nil, fmt.Errorf("the browser does not start: %w", err)
	}
	return ctx, nil
})

const browserSteps = 100

// browserPage writes a report with everything on it and returns its address.
func browserPage(t *testing.T) string {
	t.Helper()
	r := reporttest.Sample(true)
	run := &r.Runs[0]
	run.Symbolic.Loss, run.Numeric.Loss, run.Drift = nil, nil, nil
	run.Symbolic.Seconds, run.Numeric.Seconds = nil, nil
	for i := range browserSteps {
		x := float64(i + 1)
		run.Symbolic.Loss = append(run.Symbolic.Loss, 2/x)
		run.Numeric.Loss = append(run.Numeric.Loss, 2/x+1e-6*math.Sin(x))
		run.Symbolic.Seconds = append(run.Symbolic.Seconds, 1e-3*(1+math.Mod(x, 7)/10))
		run.Numeric.Seconds = append(run.Numeric.Seconds, 3e-3*(1+math.Mod(x, 5)/10))
		run.Drift = append(run.Drift, 1e-8*x)
	}
	run.Evaluated = []int{0, browserSteps}
	q := twintest.NewQuadratic()
	q.Fault = 1e-3
	check := run.Comparisons[0].Check
	check.Layout, check.Step, check.Noise = q.Layout(), 1e-5, 1e-15
	c, err := twin.NewComparison(t.Context(), q, q.Judged(1e-4), 1e-4, false, check)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Analyse(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	run.Comparisons[0] = c
	dir := report.Dir(t.TempDir())
	if err := newPage(r).write(dir); err != nil {
		t.Fatal(err)
	}
	return "file://" + filepath.ToSlash(filepath.Join(string(dir), "report.html"))
}

func do(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// open goes to a page and waits until it is there.
func open(t *testing.T, ctx context.Context, page string) {
	t.Helper()
	do(t, ctx, chromedp.Navigate(page), chromedp.WaitReady(chromedp.CSS("footer")))
}

// evaluate runs a JavaScript expression on the page.
func evaluate[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The page opens from a file, asks for nothing else and has nothing to say on
// the console.
func TestPageAsksForNothing(t *testing.T) {
	ctx := browser(t)
	page := browserPage(t)
	var mu sync.Mutex
	var requests, complaints []string
	err := chromedp.Listen(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if e.Request.URL != page && !strings.HasPrefix(e.Request.URL, "data:") {
				requests = append(requests, e.Request.URL)
			}
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			complaints = append(complaints, fmt.Sprintf("console.%s", e.Type))
		case *log.EventEntryAdded:
			complaints = append(complaints, e.Entry.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	open(t, ctx, page)
	if title := evaluate[string](t, ctx, "document.documentElement.className"); title != "js" {
		t.Errorf("the script did not run: class %q", title)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(requests) > 0 || len(complaints) > 0 {
		t.Errorf("requests %q, complaints %q: want none", requests, complaints)
	}
}

func TestCharts(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, browserPage(t))

	// A path has an M or an L for each of its points.
	const points = `[...document.querySelectorAll("#%s .plot[data-axis=%s] .curve")].map(c =>
		(c.getAttribute("d").match(/[ML]/g) || []).length)`
	for _, c := range []struct {
		chart, axis string
		want        []int
	}{
		{"fixed-loss", "linear", []int{browserSteps, browserSteps}},
		{"fixed-loss", "log", []int{browserSteps, browserSteps}},
		{"fixed-gap", "log", []int{browserSteps}},
		{"fixed-accuracy", "linear", []int{2, 2}},
		{"fixed-drift", "log", []int{browserSteps}},
		{"fixed-step0-errors", "linear", []int{twin.ErrorBins, twin.ErrorBins}},
	} {
		if got := evaluate[[]int](t, ctx, fmt.Sprintf(points, c.chart, c.axis)); !slices.Equal(got[:min(2, len(got))],
			c.want) {
			t.Errorf("%s, %s axis: %v points, want %v", c.chart, c.axis, got, c.want)
		}
	}

	// Hovering over the middle shows the step there and both losses.
	const hover = `(() => {
		const area = document.querySelector("#fixed-loss .plot:not([hidden]) .area"),
			box = area.getBoundingClientRect();
		area.dispatchEvent(new PointerEvent("pointermove", {clientX: box.left + box.width * %g,
			clientY: box.top + 20, bubbles: true}));
		const tip = area.querySelector(".tip");
		return tip.hidden ? "" : [...tip.children].map(c => c.textContent).join("|");
	})()`
	// 49/99 of the way from step 1 to step 100 is step 50, whose loss is 2/50.
	if got, want := evaluate[string](t, ctx, fmt.Sprintf(hover, 49./99)),
		"step 50|symbolic 0.04|numeric 0.0399997"; got != want {
		t.Errorf("hover shows %q, want %q", got, want)
	}
	do(t, ctx, chromedp.Click(chromedp.CSS(`#fixed-loss .legend input[data-series="0"]`)))
	if got, want := evaluate[string](t, ctx, fmt.Sprintf(hover, 1.)), "step 100|numeric 0.0199995"; got != want {
		t.Errorf("with a series switched off, hover shows %q, want %q", got, want)
	}
	const display = `getComputedStyle(document.querySelector('#fixed-loss .curve[data-series="0"]')).display`
	if got := evaluate[string](t, ctx, display); got != "none" {
		t.Errorf("the series that was switched off is displayed: %q", got)
	}
	do(t, ctx, chromedp.Click(chromedp.CSS(`#fixed-loss button[data-axis=log]`)))
	const axis = `document.querySelector("#fixed-loss .plot:not([hidden])").dataset.axis`
	if got := evaluate[string](t, ctx, axis); got != "log" {
		t.Errorf("%q axis after a click on log", got)
	}
}

// Each picture has been decoded and holds more than one colour; the planted
// fault is red and ringed.
func TestPicturesAreNotBlank(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, browserPage(t))
	type picture struct {
		Alt         string
		Width, Fill int
		Colors      []string
	}
	pictures := evaluate[[]picture](t, ctx, `[...document.querySelectorAll("img.pixels")].map(img => {
		const c = document.createElement("canvas");
		c.width = img.naturalWidth; c.height = img.naturalHeight;
		const g = c.getContext("2d");
		g.drawImage(img, 0, 0);
		const d = g.getImageData(0, 0, c.width, c.height).data, colors = new Set();
		for (let i = 0; i < d.length; i += 4) if (d[i + 3]) colors.add([d[i], d[i + 1], d[i + 2]].join());
		return {Alt: img.alt || img.parentElement.getAttribute("aria-label"), Width: img.naturalWidth,
			Fill: img.clientWidth, Colors: [...colors]};
	})`)
	// The digits, three pictures of W1 and two scales.
	if len(pictures) != 6 {
		t.Fatalf("%d pictures, want 6", len(pictures))
	}
	for _, p := range pictures {
		if len(p.Colors) < 2 || p.Fill < 50 {
			t.Errorf("%s: %d colours, %d wide on the page", p.Alt, len(p.Colors), p.Fill)
		}
		red := slices.Contains(p.Colors, "255,0,60")
		if want := strings.HasPrefix(p.Alt, "difference"); red != want {
			t.Errorf("%s: the colour beyond the scale is there: %v, want %v", p.Alt, red, want)
		}
	}
	if got := evaluate[string](t, ctx, `document.querySelector(".ring").title.split(":")[0]`); got != "W1[0,1]" {
		t.Errorf("the ring is around %s, want W1[0,1]", got)
	}
}

// contrast returns the texts whose contrast with what is behind them is below
// WCAG 2.2's 4.5 to 1 (success criterion 1.4.3).
const contrast = `(() => {
	const parse = c => c.match(/[\d.]+/g).map(Number);
	const linear = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
	const light = c => { const [r, g, b] = c.map(linear); return .2126 * r + .7152 * g + .0722 * b; };
	const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
		if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
	const bad = [];
	for (const e of document.querySelectorAll("body *")) {
		if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) ||
			!e.getClientRects().length) continue;
		const a = light(parse(getComputedStyle(e).color).slice(0, 3)), b = light(behind(e).slice(0, 3));
		const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (ratio < 4.5) bad.push(e.textContent.trim().slice(0, 30) + " " + ratio.toFixed(2));
	}
	return bad;
})()`

func TestTextContrastAndWidth(t *testing.T) {
	ctx := browser(t)
	page := browserPage(t)
	background := map[string]string{"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}
	for scheme, want := range background {
		features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia,
			emulation.SetEmulatedMediaParams{Features: features}); err != nil {
			t.Fatal(err)
		}
		do(t, ctx, chromedp.EmulateViewport(375, 800))
		open(t, ctx, page)
		if got := evaluate[string](t, ctx, "getComputedStyle(document.body).backgroundColor"); got != want {
			t.Errorf("%s: background %s, want %s", scheme, got, want)
		}
		if bad := evaluate[[]string](t, ctx, contrast); len(bad) > 0 {
			t.Errorf("%s: contrast below 4.5: %q", scheme, bad)
		}
		// A scrolling box may be wider inside; nothing else may stick out.
		if wide := evaluate[[]string](t, ctx, `[...document.querySelectorAll("body *")].filter(e =>
			!e.closest("svg") && !e.parentElement.closest(".scroll") && e.getClientRects().length &&
				e.getBoundingClientRect().right > 375.5).map(e => e.outerHTML.slice(0, 80))`); len(wide) > 0 {
			t.Errorf("%s: beyond 375 px: %q", scheme, wide)
		}
		// Each flag of the replay stands on one line.
		heights := evaluate[[]int](t, ctx, `[...document.querySelectorAll(".replay code span")].map(e => e.clientHeight)`)
		if len(heights) < 2 || slices.Max(heights) > 30 {
			t.Errorf("%s: the words of the replay are %v px high, want one line each", scheme, heights)
		}
		if width := evaluate[int](t, ctx, "document.documentElement.scrollWidth"); width > 375 {
			t.Errorf("%s: the page is %d px wide on a screen of 375", scheme, width)
		}
	}
}

// axe finds nothing to complain of, wide and narrow, light and dark.
func TestAxe(t *testing.T) {
	path := os.Getenv("GRADTWIN_AXE")
	if path == "" {
		t.Skip("GRADTWIN_AXE: want the path of axe.min.js, as npm install axe-core brings it")
	}
	axe, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	page := os.Getenv("GRADTWIN_PAGE") // another page to look at
	if page == "" {
		page = playPage(t, gradtwin.ReLU).url
	}
	for _, scheme := range []string{"light", "dark"} {
		features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia,
			emulation.SetEmulatedMediaParams{Features: features}); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int64{1280, 800, 375} {
			do(t, ctx, chromedp.EmulateViewport(width, 900))
			openPlay(t, ctx, page)
			evaluate[any](t, ctx, string(axe)+";0")
			// Explanations are there to be unfolded.
			found := await[[]string](
				t,
				ctx,
				`(document.querySelectorAll("details").forEach(d => { d.open = true; }), axe.run()).then(r =>
				r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.target).join(" ")))`,
			)
			if len(found) > 0 {
				t.Errorf("%s, %d px: %s", scheme, width, strings.Join(found, "\n"))
			}
		}
	}
}
