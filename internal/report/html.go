package report

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"strings"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
)

//go:embed page
var pageFiles embed.FS

var pageTemplate = template.Must(template.New("report.html").Funcs(template.FuncMap{
	"css": func() (template.CSS, error) {
		b, err := pageFiles.ReadFile("page/report.css")
		return template.CSS(b), err
	},
	"script": func() (template.JS, error) {
		b, err := pageFiles.ReadFile("page/report.js")
		return template.JS(b), err
	},
	"commas":  func(n int) string { return Commas(float64(n)) },
	"counts":  countsText,
	"power":   func(r *compare.Report) string { return Power(r) },
	"digits":  func(n int, v float64) string { return digits(v, n) },
	"seconds": seconds,
	"tenfold": func(percent float64) float64 { return side / 100 * percent },
	"flip":    func(percent float64) float64 { return side - side/100*percent },
}).ParseFS(pageFiles, "page/*.html"))

// page is what the template is filled with.
type page struct {
	Title   string
	Outcome Outcome
	Verdict string
	Power   string // what error would have shown
	Notes   []string
	Facts   []fact
	Replay  []string
	Runs    []runSection
}

// fact is one line of the configuration.
type fact struct{ Name, Value string }

// runSection is the page's part on one run.
type runSection struct {
	ID, Title   string
	Sentences   []string
	Charts      []*drawnChart
	Timings     []timing
	Table       *plainTable // of several runs
	Comparisons []comparisonSection
}

// comparisonSection is what the page says of the gradients at one point.
type comparisonSection struct {
	*Comparison
	Where   string
	First   string // the labels of the two backends
	Second  string
	Outcome Outcome
	Charts  []*drawnChart
	Listed  []compare.Element // all but the ok ones
	Gallery *gallery
}

// WriteHTML writes report.html, one file that needs no other.
func (d Dir) WriteHTML(r *Results) error {
	return d.writePage(newPage(r))
}

func (d Dir) writePage(p *page) error {
	var buf bytes.Buffer
	if err := pageTemplate.Execute(&buf, p); err != nil {
		return fmt.Errorf("report.html: %w", err)
	}
	return d.Write("report.html", buf.Bytes())
}

func newPage(r *Results) *page {
	p := &page{
		Title: "gradtwin: symbolic against numerical gradients", Outcome: r.Outcome(), Verdict: r.Verdict(), Power: r.Power(),
		Facts: r.facts(), Replay: []string{r.Replay}, Notes: r.endNotes(),
	}
	for i := range r.Runs {
		p.Runs = append(p.Runs, newRunSection(&r.Runs[i]))
	}
	return p
}

func newRunSection(run *Run) runSection {
	s := runSection{ID: run.Config.Policy.String(), Title: run.title(), Sentences: run.sentences(), Timings: run.timings()}
	s.Charts = drawAll(trainingCharts(run))
	for i := range run.Comparisons {
		c := &run.Comparisons[i]
		section := comparisonSection{Comparison: c, Where: c.when(), First: label(run.Symbolic.Backend), Second: label(run.Numeric.Backend), Outcome: OutcomeOf(c.Checks()...)}
		section.Charts = drawAll(c.charts(fmt.Sprintf("%s-step%d-", run.Config.Policy, c.After)))
		for _, e := range c.Check.Worst {
			if e.Verdict != compare.OK {
				section.Listed = append(section.Listed, e)
			}
		}
		if c.Point != nil {
			section.Gallery = newGallery(c.Point)
		}
		s.Comparisons = append(s.Comparisons, section)
	}
	return s
}

func drawAll(charts []*chart) []*drawnChart {
	var out []*drawnChart
	for _, c := range charts {
		if drawn := c.draw(); drawn != nil {
			out = append(out, drawn)
		}
	}
	return out
}

// charts draws what is known of the errors.
func (c *Comparison) charts(id string) []*chart {
	var out []*chart
	if c.Errors != nil {
		out = append(out, c.errorChart(id+"errors"))
	}
	if c.Sweep != nil {
		out = append(out, c.Sweep.chart(id+"sweep", c.chosenSteps()...))
	}
	return out
}

// chosenSteps marks the check's first step and the run's.
func (c *Comparison) chosenSteps() []mark {
	if c.Check.Step == c.Step {
		return []mark{{Name: "h of check and run", X: c.Step}}
	}
	if c.Step == 0 {
		return []mark{{Name: "check's h", X: c.Check.Step}}
	}
	return []mark{{Name: "check's h", X: c.Check.Step}, {Name: "run's h", X: c.Step}}
}

// facts lists the configuration that the runs share.
func (r *Results) facts() []fact {
	var out []fact
	add := func(name, format string, args ...any) { out = append(out, fact{name, fmt.Sprintf(format, args...)}) }
	if len(r.Runs) > 0 {
		c := r.Runs[0].Config
		add("Network", "%s, %v, δ = %s", layers(c.Spec.Layers), c.Spec.Activation, tickLabel(c.Spec.Delta))
		add("Parameters", "%s", Commas(float64(c.Spec.NumParams())))
		add("Training", "%s steps, %d rows a batch, %s a batch, learning rate %s, seed %d, initial weights %s",
			Commas(float64(c.Steps)), c.Batch, inner(c.Inner), tickLabel(c.LR), c.Seed, start(c.Init))
	}
	add("Differences", "%s, h = %s, %s engine", cmp.Or(r.Formula, "central"), tickLabel(r.Step), r.Engine)
	add("Data", "MNIST from the %s: %s training rows, %s test rows", r.Data.Origin, Commas(float64(r.Data.Train)), Commas(float64(r.Data.Test)))
	e := r.Environment
	add("Machine", "%s", strings.Join(nonEmpty(e.CPU, fmt.Sprintf("%d %s", e.Cores, plural(e.Cores, "core", "cores")), e.OS+"/"+e.Arch, e.Go), ", "))
	return out
}

// start says how initial weights are drawn.
func start(i gradtwin.Init) string {
	if i.Scheme == gradtwin.Std {
		return "std " + tickLabel(cmp.Or(i.Std, gradtwin.InitStd))
	}
	return i.Scheme.String()
}

func inner(n int) string { return fmt.Sprintf("%d %s", n, plural(n, "update", "updates")) }

func nonEmpty(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

func layers(sizes []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(sizes), " ", "–"), "[]")
}

// stepNumbers returns 1 to n.
func stepNumbers(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i + 1)
	}
	return out
}

// trainingCharts draws what happened along the way.
func trainingCharts(run *Run) []*chart {
	n := len(run.Drift)
	x := stepNumbers(n)
	id := run.Config.Policy.String() + "-"
	s, m := run.Symbolic.Loss[:n], run.Numeric.Loss[:n]
	window := smoothWindow(n)
	first, second := label(run.Symbolic.Backend), label(run.Numeric.Backend)

	loss := &chart{
		ID: id + "loss", Title: "Loss", XName: "step", YName: "loss of the step's batch", X: x, Axes: []string{"linear", "log"},
		Note: "The loss of each step's own batch, after the update. The broad curve is the " + first + " backend's, the thin one on top of it the " + second + " backend's: where both are seen, they agree.",
	}
	// A batch drawn anew gives noise: there the smoothed curves tell more.
	noisy := run.Config.Policy == twin.SGD && window > 1
	raw := ""
	if noisy {
		raw = "faint "
	}
	loss.Series = []series{{Name: first, Class: raw + "c0 broad", Y: s}, {Name: second, Class: raw + "c1 thin", Y: m}}
	if window > 1 {
		loss.Note += fmt.Sprintf(" Smoothed is the mean over %d steps.", window)
		loss.Series = append(loss.Series,
			series{Name: first + ", smoothed", Class: "c0 broad", Y: smooth(s, window), Off: !noisy},
			series{Name: second + ", smoothed", Class: "c1 thin", Y: smooth(m, window), Off: !noisy})
	}
	gap := &chart{
		ID: id + "gap", Title: "Difference of the losses", XName: "step", YName: "relative difference", X: x, Axes: []string{"log", "linear"},
		Note:   fmt.Sprintf("|%s − %s| over the larger of the two. Equal losses are gaps on the logarithmic axis.", first, second),
		Series: []series{{Name: "difference", Class: "c2", Y: apart(s, m)}},
	}
	drift := &chart{
		ID: id + "drift", Title: "Drift of the parameters", XName: "step", YName: "‖θs − θn‖ / ‖θn‖", X: x, Axes: []string{"log", "linear"},
		Note:   "How far the two parameter vectors are apart, relative to the numeric one.",
		Series: []series{{Name: "drift", Class: "c3", Y: run.Drift}},
	}
	at := make([]float64, len(run.Evaluated))
	for i, step := range run.Evaluated {
		at[i] = float64(step)
	}
	accuracy := &chart{
		ID: id + "accuracy", Title: "Test accuracy", XName: "step", YName: "share of the test rows", X: at, Axes: []string{"linear"},
		Note: "Measured on the whole test set.",
		Series: []series{
			{Name: first, Class: "c0 broad", Y: run.Symbolic.Accuracy},
			{Name: second, Class: "c1 thin", Y: run.Numeric.Accuracy}},
	}
	times := timeChart(id+"time", run.Symbolic, run.Numeric)
	return []*chart{loss, gap, accuracy, drift, times}
}
