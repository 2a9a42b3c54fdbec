package audit

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Versions says what was audited.
type Versions struct {
	Gorgonia, Tensor, Go string
}

// Counts returns how many rows have each verdict on the tape machine and on
// the Lisp machine.
func Counts(rows []Row) (tape, lisp map[Verdict]int) {
	tape, lisp = map[Verdict]int{}, map[Verdict]int{}
	for _, r := range rows {
		tape[r.Tape()]++
		lisp[r.Lisp()]++
	}
	return tape, lisp
}

// marks are the verdicts in a cell of the page's table.
var marks = [verdicts]string{NotRun: "", Right: "✓", ByDesign: "–", Failed: "error", Zero: "**zero**",
	WrongGradient: "**wrong**", WrongValue: "**value**", Panicked: "**panic**"}

// Tables writes the page of all verdicts.
func Tables(w io.Writer, rows []Row, v Versions) error {
	var b strings.Builder
	others := rows
	rows = OfType(rows, TypeOperation)
	fmt.Fprintf(&b, tablesHeader, v.Gorgonia, v.Tensor, v.Go, Fingerprint(v))
	tape, lisp := Counts(rows)
	fmt.Fprintf(&b, "\n## In numbers\n\n| verdict | mark | tape machine | Lisp machine |\n| --- | --- | ---: | ---: |\n")
	for k := Right; k < verdicts; k++ {
		fmt.Fprintf(&b, "| %s | %s | %d | %d |\n", k, marks[k], tape[k], lisp[k])
	}
	fmt.Fprintf(&b, "\n%d variants of %d operations. A row's verdict is the worst of its cells.\n",
		len(rows), len(operations(rows)))

	b.WriteString("\n## Operations\n\n" +
		"| operation | variants | tape: right | tape: fails | Lisp: right | Lisp: fails |\n" +
		"| --- | ---: | ---: | --- | ---: | --- |\n")
	for _, op := range operations(rows) {
		var of []Row
		for _, r := range rows {
			if r.Op == op {
				of = append(of, r)
			}
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %s |\n", quoted(op), len(of), summary(of, Row.Tape), summary(of, Row.Lisp))
	}

	b.WriteString("\n## What fails on the tape machine\n\n" +
		"| operation | variant | where | verdict |\n| --- | --- | --- | --- |\n")
	for _, r := range rows {
		if o := r.Example(Forward, LispLeaf); o != nil {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", quoted(r.Op), r.Variant, o.Cell, escape(o.String()))
		}
	}
	b.WriteString("\n## What fails on the Lisp machine alone\n\n" +
		"| operation | variant | where | verdict |\n| --- | --- | --- | --- |\n")
	for _, r := range rows {
		if o := r.Example(LispLeaf, cells); o != nil && !r.Tape().Failure() {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", quoted(r.Op), r.Variant, o.Cell, escape(o.String()))
		}
	}
	b.WriteString("\n## Every variant\n\n| operation | variant | value |")
	for c := TapeLeaf; c < cells; c++ {
		fmt.Fprintf(&b, " %s |", c)
	}
	b.WriteString("\n|" + strings.Repeat(" --- |", int(cells)+2) + "\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s |", quoted(r.Op), r.Variant)
		for _, o := range r.Outcomes {
			fmt.Fprintf(&b, " %s |", marks[o.Verdict])
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Expressions in place of faults\n\nIn Go: graph/audit/instead.go.\n\n" +
		"| in place of | write | variant | value |")
	for c := TapeLeaf; c < insteadCells; c++ {
		fmt.Fprintf(&b, " %s |", c)
	}
	b.WriteString("\n|" + strings.Repeat(" --- |", int(insteadCells)+3) + "\n")
	for _, r := range OfType(others, TypeInstead) {
		fmt.Fprintf(&b, "| %s | %s | %s |", quoted(r.Op), escape(r.Instead), r.Variant)
		for _, o := range r.Outcomes {
			fmt.Fprintf(&b, " %s |", marks[o.Verdict])
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Nodes that merge\n\nOf the expressions of an operation on the same inputs, " +
		"and of several operations, those that become one node.\n\n| operation | inputs | verdict |\n| --- | --- | --- |\n")
	for _, r := range OfType(others, TypeMerge) {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", quoted(r.Op), r.Variant, escape(r.Outcomes[0].String()))
	}
	b.WriteString("\n## Hazards\n\nIn Go: graph/audit/hazards.go.\n\n" +
		"| hazard | as written | with what is to be done |\n| --- | --- | --- |\n")
	for _, r := range OfType(others, TypeHazard) {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.Op, escape(r.Outcomes[0].String()), escape(r.Outcomes[1].String()))
	}
	b.WriteString("\n## Left out\n\n| function | reason |\n| --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(LeftOut)) {
		fmt.Fprintf(&b, "| %s | %s |\n", quoted(name), LeftOut[name])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Example returns the outcome that shows best what fails in the cells from..to:
// one with numbers before a note, and the first of its kind. It is nil when
// nothing fails.
func (r Row) Example(from, to Cell) *Outcome {
	var best *Outcome
	worst := r.worst(from, to)
	if !worst.Failure() {
		return nil
	}
	for i := range r.Outcomes[from:to] {
		o := &r.Outcomes[int(from)+i]
		if o.Verdict == worst && (best == nil || best.Element == "" && o.Element != "") {
			best = o
		}
	}
	return best
}

func operations(rows []Row) []string {
	var ops []string
	for _, r := range rows {
		if !slices.Contains(ops, r.Op) {
			ops = append(ops, r.Op)
		}
	}
	return ops
}

// summary is two columns: how many are right, and what the others are.
func summary(rows []Row, verdict func(Row) Verdict) string {
	var counts [verdicts]int
	for _, r := range rows {
		counts[verdict(r)]++
	}
	var fails []string
	for v := Failed; v < verdicts; v++ {
		if counts[v] > 0 {
			fails = append(fails, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	right := fmt.Sprint(counts[Right])
	if n := counts[ByDesign]; n > 0 {
		right = strings.TrimPrefix(fmt.Sprintf("%d, %d by design not differentiable", counts[Right], n), "0, ")
	}
	return right + " | " + strings.Join(fails, ", ")
}

// quoted writes a name as code.
func quoted(s string) string { return "`" + s + "`" }

// escape keeps a text within its table cell, on one line.
func escape(s string) string {
	s = strings.NewReplacer("|", "\\|", "\n", " ", "\t", " ", "<", "&lt;", "*", "\\*").Replace(s)
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return s
}

// longest is how much of an error message the page shows.
const longest = 200

const tablesHeader = `# Gorgonia's operations: every verdict

Gorgonia %s with tensor %s, on %s. Made by ` + "`gradtwin audit --markdown docs`" + `; do not edit.
<!-- catalogue %s -->

What to make of it: [audit.md](audit.md).

Every operation of Gorgonia's public face that can have a gradient, in many shapes and settings. Its result y is made a
scalar, Σ w·y with a fixed weight for every element, and the gradient that ` + "`gorgonia.Grad`" + ` (tape machine) or
the Lisp machine gives is set against central differences of order four of the same scalar, in float64. Where a
plain Go version of the operation is simple, it is what the differences are taken of, and the forward value is
set against it too. What then seems wrong goes through gradtwin's own gradient check, which knows kinks, and is
tried with another scalar (Reshape and a dot product) before it is called wrong here.

Each variant is run on leaves; on inner nodes, each a product of two leaves; with its inputs used a second time by the
scalar; and in float32. For three dozen variants PyTorch was asked too: testdata/audit_check.py.
`

// Shown is the outcome that shows what fails, on the tape machine if possible;
// nil when nothing does.
func (r Row) Shown() *Outcome {
	if o := r.Example(Forward, LispLeaf); o != nil {
		return o
	}
	return r.Example(LispLeaf, cells)
}
