// Package page draws what a comparison found: as a page of HTML that needs no
// other file, as Markdown, and its curves as PNG and SVG.
package page

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"gradtwin/internal/report"
	"gradtwin/internal/words"
)

//go:embed page
var pageFiles embed.FS

var pageTemplate = template.Must(template.New("report.html").Funcs(template.FuncMap{
	"css": func() (template.CSS, error) {
		b, err := pageFiles.ReadFile("page/report.css")
		return template.CSS(colorSheet() + string(b)), err
	},
	"script": func() (template.JS, error) {
		var all []byte
		for _, name := range []string{"charts", "network", "plot", "pictures", "microscope", "digit", "units"} {
			b, err := pageFiles.ReadFile("page/" + name + ".js")
			if err != nil {
				return "", err
			}
			all = append(all, b...)
		}
		return template.JS(all), nil
	},
	"explain": explain,
	"words":   func(line string) []string { return strings.Split(line, " ") },
	"json": func(v any) (string, error) {
		b, err := json.Marshal(v)
		return string(b), err
	},
	"rest":    func(percent float64) float64 { return 100 - percent },
	"digits":  func(n int, v float64) string { return words.Digits(v, n) },
	"tenfold": func(percent float64) float64 { return side / 100 * percent },
	"flip":    func(percent float64) float64 { return side - side/100*percent },
}).ParseFS(pageFiles, "page/*.html"))

// page is what the template is filled with.
type page struct {
	Title       string
	Class, Sign string // of the verdict
	Verdict     string
	Lead        string // what was done
	Power       string // what error would have shown
	Notes       []string
	Facts       []fact
	Replay      []fact
	Network     *diagram
	Sections    []section
	Payload     *payload
}

// fact is a name and what stands beside it.
type fact struct{ Name, Value string }

// section is the page's part on one run, or on several together.
type section struct {
	ID, Title   string
	Sentences   []string
	Tables      []*report.Table
	Charts      []*drawnChart
	Drawn       []*report.Table // some of the charts' numbers, for report.md
	Comparisons []comparison
}

// entry is a line of the contents.
type entry struct{ ID, Title string }

// Contents lists the parts of the section.
func (s section) Contents() []entry {
	var out []entry
	for _, c := range s.Comparisons {
		out = append(out, entry{c.ID, c.Title})
	}
	return out
}

// write writes report.html.
func (p *page) write(d report.Dir) error {
	var buf bytes.Buffer
	if err := pageTemplate.Execute(&buf, p); err != nil {
		return fmt.Errorf("report.html: %w", err)
	}
	return d.Write("report.html", buf.Bytes())
}

func newPage(r *report.Results) *page {
	p := &page{
		Title: "gradtwin: symbolic against numerical gradients",
		Lead:  r.Lead(), Facts: facts(r), Replay: []fact{{"Replay", r.Replay}}, Notes: r.Notes(),
	}
	p.judge(r)
	p.Payload = newPayload(r)
	for i := range r.Runs {
		p.Sections = append(p.Sections, newSection(&r.Runs[i], p.Payload))
	}
	p.Payload.Data = p.Payload.seal()
	if len(r.Runs) > 0 {
		p.Network = drawNetwork(r.Runs[0].Config.Spec, p.Payload.Image)
	}
	return p
}

// howGood says what to make of the error that would have shown. The check lets values
// differ by 1e-7 of their size, and states three times that at the least.
const howGood = " How good is that? In float64 such a check states about 3·10⁻⁷ of the largest gradient at best. " +
	"A wrong sign or a forgotten factor of 2 is an error of half of it or more."

// judge sets the verdict. That of a run that diverged is none to be pleased with.
func (p *page) judge(r *report.Results) {
	outcome := r.Outcome()
	p.Verdict, p.Power, p.Class, p.Sign = r.Verdict(), r.Power(), outcome.Class(), outcome.Sign()
	if p.Power != "" {
		p.Power += howGood
	}
	if r.Diverged() && outcome == report.Agree {
		p.Class, p.Sign = report.NotJudged.Class(), "!"
	}
}

func newSection(run *report.Run, data *payload) section {
	s := section{
		ID:        run.Config.Policy.String(),
		Title:     run.Title(),
		Sentences: run.Sentences(),
		Drawn:     notEmpty(report.LossTable(run)),
	}
	if len(run.Predictions) > 0 {
		s.Tables = notEmpty(report.AccuracyTable(run), report.LastConfusionTable(run))
	}
	s.Tables = append(s.Tables, notEmpty(timingTable(run))...)
	s.Charts = drawAll(trainingCharts(run))
	for i := range run.Comparisons {
		s.Comparisons = append(s.Comparisons, newComparison(run, &run.Comparisons[i], data))
	}
	return s
}

// facts lists the configuration that the runs share.
func facts(r *report.Results) []fact {
	var out []fact
	add := func(name, format string, args ...any) { out = append(out, fact{name, fmt.Sprintf(format, args...)}) }
	if len(r.Runs) > 0 {
		c := r.Runs[0].Config
		from := report.InitText(c.Init)
		if r.InitFrom != "" {
			from = "from " + r.InitFrom
		}
		layers := report.LayersText(c.Spec.Layers)
		add("Network", "%s, %v, δ = %s", layers, c.Spec.Activation, words.Number(c.Spec.Delta))
		add("Parameters", "%s", words.Int(c.Spec.NumParams()))
		add("Training", "%s, %s per batch, %s per batch, learning rate %s, seed %d, initial weights %s",
			words.Count(c.Steps, "step", "steps"), words.Count(c.Batch, "row", "rows"),
			words.Count(c.Inner, "update", "updates"), words.Number(c.LR), c.Seed, from)
	}
	add("Differences", "%s, h = %s, %s engine", cmp.Or(r.Formula, "central"), words.Number(r.Step), r.Engine)
	add("Data", "MNIST from the %s: %s training rows, %s test rows", r.Data.Origin, words.Int(r.Data.Train),
		words.Int(r.Data.Test))
	e := r.Environment
	add("Machine", "%s",
		strings.Join(nonEmpty(e.CPU, words.Count(e.Cores, "core", "cores"), e.OS+"/"+e.Arch, e.Go), ", "))
	return out
}

func nonEmpty(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}
