package compare

import (
	"fmt"
	"math"

	"gradtwin/internal/words"
)

// String renders the report as text of at most 80 columns.
func (r *Report) String() string { return r.Text(textWidth) }

// Text renders the report as text of at most so many columns, where no word is
// longer.
func (r *Report) Text(columns int) string {
	b := textWriter{columns: columns}
	writeWrapped(&b, "", r.headline())
	shown := 0
	for _, e := range r.Worst {
		if e.Verdict == Wrong && shown < shownWrong || e.Verdict == Inconclusive && !r.OK() {
			e.write(&b)
			shown++
		}
	}
	for _, t := range r.Tensors {
		if t.wholly() {
			writeWrapped(&b, "", label(Wrong.String())+clip(t.Tensor.Name)+" as a whole")
			t.Probe.writeBody(&b)
		}
	}
	for _, text := range r.NotJudged {
		writeWrapped(&b, "  ", "not judged: "+text)
	}
	if r.Points != nil {
		writeWrapped(&b, "  ", "points: "+pointsText(r.Points))
	}
	if r.Diagnosis != "" {
		writeWrapped(&b, "  ", "diagnosis: "+r.Diagnosis)
	}
	if r.Culprit != nil {
		writeWrapped(&b, "  ", "culprit: "+r.Culprit.String())
	}
	for _, f := range r.Misuses {
		writeWrapped(&b, "  ", "misuse: "+faultText(f))
	}
	for _, f := range r.Faults {
		writeWrapped(&b, "  ", labelledFault(f, r.Wrong()))
	}
	if r.Control.Done {
		writeWrapped(&b, "  ", "control: "+r.controlText())
	}
	if r.Taylor != nil {
		writeWrapped(&b, "  ", r.taylorText())
	}
	writeWrapped(&b, "  ", r.countsText())
	writeWrapped(&b, "  ", fmt.Sprintf("loss %.6g, noise %.1g, %s", r.Loss, r.Noise, r.effort()))
	writeWrapped(&b, "  ", "not checked: "+r.Unchecked)
	for _, w := range r.Warnings {
		writeWrapped(&b, "  ", "note: "+w)
	}
	if r.Replay != "" {
		writeWrapped(&b, "  ", "replay: "+r.Replay)
	}
	return b.String()
}

// countsText counts all verdicts.
func (r *Report) countsText() string {
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

func (r *Report) controlText() string {
	if r.Control.Caught {
		return fmt.Sprintf("%s off by %.1g was caught", clip(r.Control.Element), r.Control.Change)
	}
	return fmt.Sprintf("%s off by %.1g was NOT caught", clip(r.Control.Element), r.Control.Change)
}

func (r *Report) taylorText() string {
	if r.Taylor.Rate == 0 {
		return "Taylor remainder: too small to measure its rate"
	}
	return fmt.Sprintf("Taylor remainder falls as t^%.2f (2 for a right gradient)", r.Taylor.Rate)
}

func (r *Report) effort() string {
	s := words.Count(r.Calls, "loss call", "loss calls")
	if r.Whole > 0 {
		s += " and " +
			words.Count(r.Whole, "full finite-difference gradient", "full finite-difference gradients")
	}
	if r.Seconds > 0 {
		s += fmt.Sprintf(", %.2g s", r.Seconds)
	}
	return s
}

// String renders the element: its name, the two values one above the other,
// and their difference relative to the bound.
func (e Element) String() string {
	b := textWriter{columns: textWidth}
	e.write(&b)
	return b.String()
}

// write writes what String returns.
func (e Element) write(b *textWriter) {
	writeWrapped(b, "", label(e.Verdict.String())+clip(e.Name()))
	e.writeBody(b)
}

// writeBody shows one element.
func (e Element) writeBody(b *textWriter) {
	writeValues(b, e.Symbolic, e.Numeric, e.Noise, howTaken(e.Verdict, e.Step, e.How))
	writeWrapped(b, "  ", e.hint()+times("   |difference|", e.Error, e.Bound))
}

// writeBody shows the direction that disagreed.
func (p *Probed) writeBody(b *textWriter) {
	writeValues(b, p.Symbolic, p.Numeric, p.Noise, howTaken(p.Verdict, p.Step, p.How))
	writeWrapped(b, "  ", "along a random direction"+times("   |difference|", p.Error, p.Bound))
}

// times says how large a difference is, in itself and relative to the bound.
func times(what string, gap, bound float64) string {
	if gap == math.MaxFloat64 || bound == math.MaxFloat64 {
		return ""
	}
	return fmt.Sprintf("%s %.1e, %.1g times the bound", what, gap, gap/bound)
}

// howTaken says how a numeric value was taken.
func howTaken(v Verdict, step float64, how string) string {
	switch {
	case how == "repeated" && v == Wrong:
		return fmt.Sprintf("h=%.1g, the same at a smaller step", step)
	case how == "extrapolated":
		return fmt.Sprintf("extrapolated to h=0 from h=%.1g", step)
	}
	return fmt.Sprintf("h=%.1g", step)
}

// writeValues shows two values one above the other.
func writeValues(b *textWriter, symbolic, numeric, noise float64, how string) {
	fmt.Fprintf(b, "  symbolic  %+.6e\n", symbolic)
	switch {
	case numeric == math.MaxFloat64:
		b.WriteString("  numeric   not finite\n")
	default:
		writeWrapped(b, "  ", fmt.Sprintf("numeric   %+.6e ± %.0e  (%s)", numeric, noise, how))
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
