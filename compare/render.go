package compare

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"gradtwin"
	"gradtwin/internal/stats"
	"gradtwin/internal/words"
)

const (
	// textWidth is the number of columns where no other is asked for.
	textWidth = 80
	// maxName keeps a long tensor name from filling the line.
	maxName = 40
	// shownWrong is how many wrong elements the text shows in full.
	shownWrong = 3
)

// String renders the report as text of at most 80 columns.
func (r *Report) String() string { return r.Text(textWidth) }

// Text renders the report as text of at most so many columns, where no word is
// longer.
func (r *Report) Text(columns int) string {
	b := lines{columns: columns}
	writeLine(&b, "", r.headline())
	shown := 0
	for _, e := range r.Worst {
		if e.Verdict == Wrong && shown < shownWrong || e.Verdict == Inconclusive && !r.OK() {
			e.write(&b)
			shown++
		}
	}
	for _, t := range r.Tensors {
		if t.wholly() {
			writeLine(&b, "", label(Wrong.String())+clip(t.Tensor.Name)+" as a whole")
			t.Probe.block(&b)
		}
	}
	for _, text := range r.NotJudged {
		writeLine(&b, "  ", "not judged: "+text)
	}
	if r.Points != nil {
		writeLine(&b, "  ", "points: "+pointsLine(r.Points))
	}
	if r.Diagnosis != "" {
		writeLine(&b, "  ", "diagnosis: "+r.Diagnosis)
	}
	if r.Culprit != nil {
		writeLine(&b, "  ", "culprit: "+r.Culprit.String())
	}
	for _, f := range r.Misuses {
		writeLine(&b, "  ", "misuse: "+faultText(f))
	}
	for _, f := range r.Faults {
		writeLine(&b, "  ", faultLine(f, r.Wrong()))
	}
	if r.Control.Done {
		writeLine(&b, "  ", "control: "+r.controlLine())
	}
	if r.Taylor != nil {
		writeLine(&b, "  ", r.taylorLine())
	}
	writeLine(&b, "  ", r.countsLine())
	writeLine(&b, "  ", fmt.Sprintf("loss %.6g, noise %.1g, %s", r.Loss, r.Noise, r.effort()))
	writeLine(&b, "  ", "not checked: "+r.Unchecked)
	for _, w := range r.Warnings {
		writeLine(&b, "  ", "note: "+w)
	}
	if r.Replay != "" {
		writeLine(&b, "  ", "replay: "+r.Replay)
	}
	return b.String()
}

// faultLine says what is known to go wrong at a place, and what to write instead.
// Where the gradient agrees it is a warning: a wrong value passes every gradient
// check.
func faultLine(f gradtwin.Fault, wrong bool) string {
	s := "warning: "
	if wrong {
		s = "known fault: "
	}
	if f.Node != "" {
		s += "at "
	}
	return s + faultText(f)
}

// faultText says where something is wrong, what, and what to write instead.
func faultText(f gradtwin.Fault) string {
	s := f.Problem
	if f.Node != "" {
		s = f.Node + ": " + s
	}
	if f.Instead != "" {
		s += "; instead: " + f.Instead
	}
	return s
}

// label is a word at the beginning of a line, in capitals.
func label(word string) string { return fmt.Sprintf("%-6s ", strings.ToUpper(word)) }

// headline says how the check ended, and what an error must be to have shown.
func (r *Report) headline() string {
	switch {
	case r.Wrong():
		return label("wrong") + r.wrongLine()
	case len(r.NotJudged) > 0:
		return label("not judged") + r.agreeLine()
	}
	return label("ok") + r.agreeLine()
}

// agreeLine says what agrees and how large an error would have shown in it.
func (r *Report) agreeLine() string {
	var parts []string
	if r.Counts.OK > 0 {
		verb := "agree"
		if r.Counts.OK == 1 {
			verb = "agrees"
		}
		parts = append(parts, words.Count(r.Counts.OK, "element", "elements")+" "+verb)
	}
	if n, of := r.probed(); of > 0 && (r.Counts.OK < r.Total || n < of) {
		parts = append(parts, fmt.Sprintf("%d of %s certified as a whole", n, words.Count(of, "tensor", "tensors")))
	}
	if r.Counts.Kink > 0 {
		parts = append(parts, fmt.Sprintf("%s valid at a kink", words.Count(r.Counts.Kink, "element", "elements")))
	}
	if parts == nil {
		return "nothing agrees"
	}
	text := strings.Join(parts, ", ")
	if r.Resolution > 0 {
		text += fmt.Sprintf("; an error above %.0e would have shown", stats.RoundUp(r.Resolution, 1))
		if r.RelativeResolution > 0 {
			text += fmt.Sprintf(" (at worst %s of a tensor's largest gradient)", share(r.RelativeResolution))
		}
	}
	return text
}

// share renders a ratio as one part in so many.
func share(x float64) string {
	switch exponent := math.Floor(-math.Log10(x)); {
	case x >= 1:
		return fmt.Sprintf("%.2g times the size", x)
	case exponent < 4:
		return fmt.Sprintf("1 part in %.0f", math.Floor(1/x))
	default:
		return fmt.Sprintf("1 part in 10^%.0f", exponent)
	}
}

// wrongLine counts what is wrong.
func (r *Report) wrongLine() string {
	var names []string
	for _, t := range r.Tensors {
		if t.wrong() {
			names = append(names, clip(t.Tensor.Name))
		}
	}
	if names == nil {
		return "in the training step; " + r.agreeLine()
	}
	text := "in " + strings.Join(names, ", ")
	if r.Counts.Wrong > 0 {
		text = fmt.Sprintf("%s of %s judged, in %s", words.Count(r.Counts.Wrong, "element", "elements"), words.Int(r.Checked),
			strings.Join(names, ", "))
	}
	if n := r.unfollowed(); n > 0 {
		text += fmt.Sprintf("; %s more disagree", words.Int(n))
	}
	return text
}

// countsLine counts all verdicts.
func (r *Report) countsLine() string {
	c := r.Counts
	text := fmt.Sprintf("%v: ", r.Mode)
	if r.Checked > 0 {
		text += fmt.Sprintf("%s ok, %s, %s wrong, %s inconclusive, %s unseen, of %s", words.Int(c.OK),
			words.Count(c.Kink, "kink", "kinks"), words.Int(c.Wrong), words.Int(c.Inconclusive), words.Int(c.Unseen),
			words.Count(r.Total, "element", "elements"))
	}
	if n, of := r.probed(); of > 0 {
		if r.Checked > 0 {
			text += "; "
		}
		text += fmt.Sprintf("%d of %s certified as a whole", n, words.Count(of, "tensor", "tensors"))
	}
	return text
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
	return fmt.Sprintf("%s off by %.1g was NOT caught", clip(r.Control.Element), r.Control.Change)
}

func (r *Report) taylorLine() string {
	if r.Taylor.Rate == 0 {
		return "Taylor remainder: too small to measure its rate"
	}
	return fmt.Sprintf("Taylor remainder falls as t^%.2f (2 for a right gradient)", r.Taylor.Rate)
}

func (r *Report) effort() string {
	s := words.Count(r.Calls, "loss call", "loss calls")
	if r.Whole > 0 {
		s += fmt.Sprintf(" and %s", words.Count(r.Whole, "full finite-difference gradient", "full finite-difference gradients"))
	}
	if r.Seconds > 0 {
		s += fmt.Sprintf(", %.2g s", r.Seconds)
	}
	return s
}

// String renders the element: its name, the two values one above the other,
// and their difference relative to the bound.
func (e Element) String() string {
	b := lines{columns: textWidth}
	e.write(&b)
	return b.String()
}

// write writes what String returns.
func (e Element) write(b *lines) {
	writeLine(b, "", label(e.Verdict.String())+clip(e.Name()))
	e.block(b)
}

// block shows one element.
func (e Element) block(b *lines) {
	writeValues(b, e.Verdict, e.Symbolic, e.Numeric, e.Noise, e.Step)
	writeLine(b, "  ", e.hint()+times("   |difference|", e.Error, e.Bound))
}

// block shows the direction that disagreed.
func (p *Probed) block(b *lines) {
	writeValues(b, p.Verdict, p.Symbolic, p.Numeric, p.Noise, p.Step)
	writeLine(b, "  ", "along a random direction"+times("   |difference|", p.Error, p.Bound))
}

// times says how large a difference is, in itself and relative to the bound.
func times(what string, gap, bound float64) string {
	if gap == math.MaxFloat64 || bound == math.MaxFloat64 {
		return ""
	}
	return fmt.Sprintf("%s %.1e, %.1g times the bound", what, gap, gap/bound)
}

// writeValues shows two values one above the other.
func writeValues(b *lines, v Verdict, symbolic, numeric, noise, step float64) {
	fmt.Fprintf(b, "  symbolic  %+.6e\n", symbolic)
	switch {
	case numeric == math.MaxFloat64:
		b.WriteString("  numeric   not finite\n")
	default:
		how := fmt.Sprintf("h=%.1g", step)
		if v == Wrong {
			how += ", the same at a smaller step"
		}
		writeLine(b, "  ", fmt.Sprintf("numeric   %+.6e ± %.0e  (%s)", numeric, noise, how))
	}
}

// hint names the ratio of the two values.
func (e Element) hint() string {
	where := besideText[e.Undefined]
	switch {
	case where != "":
		return "the loss is not finite " + where + " of the point"
	case e.Rough:
		return "inconclusive: the loss is rougher along it than its measured noise"
	case e.Verdict == Inconclusive:
		return "inconclusive: the difference does not settle as h shrinks"
	case e.Verdict == Unseen:
		return "unseen: too small for the loss to resolve"
	case e.Verdict == Kink && e.Forward == e.Backward:
		return "a kink: gradients beside the point differ, and this one lies between them"
	case e.Verdict == Kink:
		return fmt.Sprintf("a kink: one-sided derivatives %.4g and %.4g", e.Backward, e.Forward)
	case e.Verdict == OK:
		return "agreed"
	case math.Abs(e.Numeric) <= e.Noise:
		return "nonzero where the loss does not move: a missing mask?"
	case e.Symbolic == 0:
		return "zero where the loss moves: a term left out?"
	}
	ratio := e.Symbolic / e.Numeric
	s := fmt.Sprintf("ratio %.6g", ratio)
	if r := nameRatio(ratio); r != "" {
		s += ": " + r
	}
	return s
}

// nameRatio says what would give a ratio of symbolic to numeric, empty when it
// says nothing.
func nameRatio(ratio float64) string {
	near := func(want float64) bool { return math.Abs(ratio/want-1) < 1e-4 }
	switch {
	case near(-1):
		return "a sign error"
	case near(2):
		return "a gradient accumulated over two runs would give this"
	case near(0.5):
		return "a factor 2 left out would give this"
	}
	for _, r := range []struct {
		value float64
		text  string
	}{{ratio, "a mean over %d taken for a sum would give this"},
		{1 / ratio, "one division by %d too many would give this"}} {
		n := math.Round(math.Abs(r.value))
		if n >= 2 && n <= 1e6 && math.Abs(math.Abs(r.value)/n-1) < 1e-4/n {
			s := fmt.Sprintf(r.text, int(n))
			if ratio < 0 {
				s = "with a sign error, " + s
			}
			return s
		}
	}
	return ""
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

// lines is text of at most so many columns.
type lines struct {
	strings.Builder
	columns int
}

// writeLine writes text, broken at spaces to fit the width; what goes on the next
// line is indented further.
func writeLine(b *lines, indent, text string) {
	width := 0
	for i, word := range strings.Split(text, " ") {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
			b.WriteString(indent)
			width = len(indent)
		case width+1+n > b.columns:
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
