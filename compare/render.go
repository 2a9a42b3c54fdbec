package compare

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

const (
	textWidth = 80
	// maxName keeps a long tensor name from filling the line.
	maxName = 40
	// shownWrong is how many wrong elements the text shows in full.
	shownWrong = 3
)

// String renders the report as text of at most 80 columns.
func (r *Report) String() string {
	var b strings.Builder
	shown := 0
	head := func(v Verdict, name string) {
		text := fmt.Sprintf("%-6s %s", strings.ToUpper(v.String()), clip(name))
		if shown == 0 {
			text += "   " + r.tallyLine()
		}
		writeLine(&b, "", text)
		shown++
	}
	for _, e := range r.Worst {
		if e.Verdict == Wrong && shown < shownWrong || e.Verdict == Inconclusive {
			head(e.Verdict, e.Name())
			e.block(&b)
		}
	}
	for _, t := range r.Tensors {
		if t.wholly() {
			head(t.Probe.Verdict, t.Tensor.Name+" as a whole")
			t.Probe.block(&b)
		}
	}
	if shown == 0 {
		result := "OK"
		if !r.OK() {
			result = "FAILED"
		}
		writeLine(&b, "", fmt.Sprintf("%-6s %s", result, r.passLine()))
	}
	if r.Diagnosis != "" {
		writeLine(&b, "  ", "diagnosis: "+r.Diagnosis)
	}
	if r.Control.Done {
		writeLine(&b, "  ", "control: "+r.controlLine())
	}
	if r.Taylor != nil {
		writeLine(&b, "  ", r.taylorLine())
	}
	writeLine(&b, "  ", fmt.Sprintf("loss %.6g, noise %.1g, %s", r.Loss, r.Noise, r.effort()))
	writeLine(&b, "  ", "not checked: "+r.Unchecked)
	for _, w := range r.Warnings {
		writeLine(&b, "  ", "note: "+w)
	}
	writeLine(&b, "  ", "replay: "+r.Replay)
	return b.String()
}

func (r *Report) tallyLine() string {
	s := fmt.Sprintf("%d of %d wrong, %d inconclusive, %s", r.Counts.Wrong, r.Checked, r.Counts.Inconclusive, plural(r.Counts.Kink, "kink"))
	if n := r.unfollowed(); n > 0 {
		s += fmt.Sprintf(", %d more disagree", n)
	}
	return s
}

func (r *Report) passLine() string {
	var parts []string
	if r.Checked > 0 {
		parts = append(parts, fmt.Sprintf("%d ok, %s, %d wrong, %d inconclusive, of %s",
			r.Counts.OK, plural(r.Counts.Kink, "kink"), r.Counts.Wrong, r.Counts.Inconclusive, plural(r.Total, "element")))
	}
	if n, of := r.probed(); of > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s certified as a whole", n, plural(of, "tensor")))
	}
	return r.Mode.String() + ": " + strings.Join(parts, "; ")
}

// probed returns how many of the probed tensors were certified.
func (r *Report) probed() (certified, probed int) {
	for _, t := range r.Tensors {
		if t.Probe != nil {
			probed++
		}
		if t.certified() {
			certified++
		}
	}
	return certified, probed
}

func (r *Report) controlLine() string {
	if r.Control.Caught {
		return fmt.Sprintf("%s off by %.1g was caught", clip(r.Control.Element), r.Control.Change)
	}
	return fmt.Sprintf("%s off by %.1g was NOT caught: do not trust this check", clip(r.Control.Element), r.Control.Change)
}

func (r *Report) taylorLine() string {
	if r.Taylor.Rate == 0 {
		return "Taylor remainder: too small to measure its rate"
	}
	return fmt.Sprintf("Taylor remainder falls as t^%.2f (2 for a right gradient)", r.Taylor.Rate)
}

func (r *Report) effort() string {
	s := plural(r.Calls, "loss call")
	if r.Whole > 0 {
		s += fmt.Sprintf(" and %s", plural(r.Whole, "whole numerical gradient"))
	}
	if r.Seconds > 0 {
		s += fmt.Sprintf(", %.2g s", r.Seconds)
	}
	return s
}

// String renders the element: its name, the two values one above the other,
// and their difference in terms of the bound.
func (e Element) String() string {
	var b strings.Builder
	writeLine(&b, "", fmt.Sprintf("%-6s %s", strings.ToUpper(e.Verdict.String()), clip(e.Name())))
	e.block(&b)
	return b.String()
}

// block shows one element.
func (e Element) block(b *strings.Builder) {
	writeValues(b, e.Verdict, e.Symbolic, e.Numeric, e.Noise, e.Step)
	writeLine(b, "  ", fmt.Sprintf("%s   |difference| %.1e, %.1g times the bound", e.hint(), e.Error, e.Error/e.Bound))
}

// block shows the direction that disagreed.
func (p *Probed) block(b *strings.Builder) {
	writeValues(b, p.Verdict, p.Symbolic, p.Numeric, p.Noise, p.Step)
	writeLine(b, "  ", fmt.Sprintf("along a random direction   |difference| %.1e, %.1g times the bound", p.Error, p.Error/p.Bound))
}

// writeValues shows two values one above the other.
func writeValues(b *strings.Builder, v Verdict, symbolic, numeric, noise, step float64) {
	how := fmt.Sprintf("h=%.1g", step)
	if v == Wrong {
		how += ", the same at h/4"
	}
	fmt.Fprintf(b, "  symbolic  %+.6e\n  numeric   %+.6e ± %.0e  (%s)\n", symbolic, numeric, noise, how)
}

// hint names the ratio of the two values.
func (e Element) hint() string {
	switch {
	case e.Verdict == Inconclusive:
		return "inconclusive: the difference does not settle as h shrinks"
	case e.Verdict == Kink:
		return fmt.Sprintf("a kink: one-sided derivatives %.4g and %.4g", e.Backward, e.Forward)
	case e.Verdict == OK:
		return "agreed"
	}
	switch {
	case math.Abs(e.Numeric) <= e.Bound:
		return "nonzero where the loss does not move: a missing mask?"
	case e.Symbolic == 0:
		return "zero where the loss moves: a term left out?"
	}
	ratio := e.Symbolic / e.Numeric
	s := fmt.Sprintf("ratio %.6g", ratio)
	if r := nameRatio(ratio); r != "" {
		s += ": " + r + "?"
	}
	return s
}

// nameRatio says what a ratio of symbolic to numeric usually comes from, empty
// when it says nothing.
func nameRatio(ratio float64) string {
	near := func(want float64) bool { return math.Abs(ratio/want-1) < 1e-4 }
	switch {
	case near(-1):
		return "a sign error"
	case near(2):
		return "accumulated twice"
	case near(0.5):
		return "a factor 2 left out"
	}
	for _, r := range []struct {
		value float64
		text  string
	}{{ratio, "not divided by %d"}, {1 / ratio, "divided by %d once too often"}} {
		n := math.Round(math.Abs(r.value))
		if n >= 2 && n <= 1e6 && math.Abs(math.Abs(r.value)/n-1) < 1e-4/n {
			s := fmt.Sprintf(r.text, int(n))
			if ratio < 0 {
				s += " and a sign error"
			}
			return s
		}
	}
	return ""
}

// Markdown renders the report as Markdown.
func (r *Report) Markdown() string {
	var b strings.Builder
	verdict := "passed"
	if !r.OK() {
		verdict = "**failed**"
	}
	fmt.Fprintf(&b, "Gradient check %s: %s.\n\n", verdict, r.passLine())
	b.WriteString("| tensor | shape | judged | ok | kink | wrong | inconclusive | largest error |\n|---|---|--:|--:|--:|--:|--:|--:|\n")
	for _, t := range r.Tensors {
		fmt.Fprintf(&b, "| %s | %v | %d | %d | %d | %d | %d | %.1e |\n", cell(t.Tensor.Name), t.Tensor.Shape, t.Checked,
			t.Counts.OK, t.Counts.Kink, t.Counts.Wrong, t.Counts.Inconclusive, t.MaxError)
	}
	if r.Counts.Wrong+r.Counts.Inconclusive > 0 {
		b.WriteString("\n| element | verdict | symbolic | numeric | noise | error | times the bound | h |\n|---|---|--:|--:|--:|--:|--:|--:|\n")
		for _, e := range r.Worst {
			if e.Verdict == Wrong || e.Verdict == Inconclusive {
				fmt.Fprintf(&b, "| %s | %s | %.6e | %.6e | %.0e | %.1e | %.1g | %.1g |\n", cell(e.Name()), e.Verdict, e.Symbolic, e.Numeric,
					e.Noise, e.Error, e.Error/e.Bound, e.Step)
			}
		}
	}
	b.WriteString("\n")
	if r.Diagnosis != "" {
		fmt.Fprintf(&b, "- diagnosis: %s\n", r.Diagnosis)
	}
	if r.Control.Done {
		fmt.Fprintf(&b, "- control: %s\n", r.controlLine())
	}
	if r.Taylor != nil {
		fmt.Fprintf(&b, "- %s\n", r.taylorLine())
	}
	fmt.Fprintf(&b, "- loss %.6g, noise %.1g, %s\n- not checked: %s\n", r.Loss, r.Noise, r.effort(), r.Unchecked)
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "- note: %s\n", w)
	}
	fmt.Fprintf(&b, "- replay: `%s`\n", r.Replay)
	return b.String()
}

// cell keeps a name from breaking a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// clip shortens a name in the middle, so that the index at its end stays.
func clip(name string) string {
	runes := []rune(name)
	if len(runes) <= maxName {
		return name
	}
	half := (maxName - 1) / 2
	return string(runes[:half]) + "…" + string(runes[len(runes)-half:])
}

// writeLine writes text, broken at spaces to fit the width; what goes on the next
// line is indented further.
func writeLine(b *strings.Builder, indent, text string) {
	width := 0
	for i, word := range strings.Split(text, " ") {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
			b.WriteString(indent)
			width = len(indent)
		case width+1+n > textWidth:
			b.WriteString("\n" + indent + "  ")
			width = len(indent) + 2
		default:
			b.WriteString(" ")
			width++
		}
		b.WriteString(word)
		width += n
	}
	b.WriteString("\n")
}
