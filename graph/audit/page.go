package audit

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Page writes what a user of Gorgonia has to know: what is wrong, and what to
// write instead.
func Page(w io.Writer, rows []Row, v Versions) error {
	var b strings.Builder
	ops := OfType(rows, TypeOperation)
	fmt.Fprintf(&b, pageHeader, v.Gorgonia, v.Tensor, v.Go, Fingerprint(v), len(ops), len(operations(ops)))
	insteads := verifiedExpressions(OfType(rows, TypeInstead))
	right := 0
	for _, ok := range insteads {
		if ok {
			right++
		}
	}
	fmt.Fprintf(&b, pageWrong, right, len(insteads), len(OfType(rows, TypeInstead)))
	for _, f := range findings(ops) {
		instead := "–"
		if insteads[f.fault] {
			instead = f.instead
		}
		var problems []string
		for _, p := range f.problems {
			problems = append(problems, escape(p))
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", quotedList(f.ops), strings.Join(problems, "; "), escape(instead))
	}
	b.WriteString("\n## Right\n")
	var always, design []string
	for _, op := range operations(ops) {
		of := slices.DeleteFunc(slices.Clone(ops), func(r Row) bool { return r.Op != op })
		switch {
		case slices.ContainsFunc(of, func(r Row) bool { return r.Tape().Failure() }):
		case slices.ContainsFunc(of, func(r Row) bool { return r.Tape() == Right }):
			always = append(always, op)
		default:
			design = append(design, op)
		}
	}
	if len(always) > 0 {
		fmt.Fprintf(&b, "\nRight in all that was tried: %s.\n", quotedList(always))
	}
	if len(design) > 0 {
		fmt.Fprintf(&b, "\nWithout a gradient, by design: %s.\n", quotedList(design))
	}
	b.WriteString("\n## The Lisp machine\n\n" + lispParagraph(ops) + "\n")
	if hazards := OfType(rows, TypeHazard); len(hazards) > 0 {
		b.WriteString("\n## Hazards\n\n| what happens | what to do |\n| --- | --- |\n")
		for _, r := range hazards {
			instead := r.Instead
			if r.Outcomes[1].Verdict != Right {
				instead = "–"
			}
			if r.Outcomes[0].Verdict.Failure() {
				fmt.Fprintf(&b, "| %s | %s |\n", escape(r.Variant), escape(instead))
			}
		}
		if merged := failing(OfType(rows, TypeMerge)); len(merged) > 0 {
			ops := slices.DeleteFunc(operations(merged), func(op string) bool { return op == across })
			fmt.Fprintf(&b, "| Settings of one operation become one node: %s | a graph for each |\n", quotedList(ops))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func failing(rows []Row) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return !r.Fails() })
}

// verifiedExpressions reports of each fault with expressions in its place
// whether all that were run are right.
func verifiedExpressions(rows []Row) map[string]bool {
	right := map[string]bool{}
	for _, r := range rows {
		before, seen := right[r.Op]
		right[r.Op] = (before || !seen) && !r.Fails() && r.Tape() == Right
	}
	return right
}

// finding is a row of the page: what is wrong with some operations.
type finding struct {
	ops      []string
	fault    string // its name in package faults
	problems []string
	instead  string
}

// findings sorts the rows that fail on the tape machine by what package faults
// says of them, in the order of the operations. Where it says nothing, the row
// has the first of an operation's rows, and how many there are.
func findings(rows []Row) (found []*finding) {
	cases := map[string]Case{}
	for _, c := range Catalogue() {
		cases[c.Name()] = c
	}
	unknown := map[string]int{}
	for _, r := range rows {
		if !r.Tape().Failure() {
			continue
		}
		c := cases[r.Name()]
		known := c.known()
		if len(known) == 0 {
			unknown[r.Op]++
		}
		for _, k := range known {
			i := slices.IndexFunc(found, func(f *finding) bool { return f.fault == k.Name() })
			if i < 0 {
				i = len(found)
				found = append(found, &finding{fault: k.Name(), instead: k.Instead})
			}
			f := found[i]
			if !slices.Contains(f.ops, r.Op) {
				f.ops = append(f.ops, r.Op)
			}
			if !slices.Contains(f.problems, k.Problem) {
				f.problems = append(f.problems, k.Problem)
			}
		}
	}
	for _, op := range operations(rows) {
		if n := unknown[op]; n > 0 {
			i := slices.IndexFunc(rows, func(r Row) bool {
				c := cases[r.Name()]
				return r.Op == op && r.Tape().Failure() && len(c.known()) == 0
			})
			problem := fmt.Sprintf("%s: %s", rows[i].Variant, rows[i].Shown())
			if n > 1 {
				problem += fmt.Sprintf(" (and %d more)", n-1)
			}
			found = append(found, &finding{ops: []string{op}, problems: []string{problem}})
		}
	}
	return found
}

// lispParagraph says of the Lisp machine what is not said of the tape machine.
func lispParagraph(rows []Row) string {
	fails, twice, both := 0, 0, 0
	var others []string
	for _, r := range rows {
		if !r.Lisp().Failure() {
			continue
		}
		fails++
		alone := !slices.ContainsFunc(r.Outcomes[LispLeaf:],
			func(o Outcome) bool { return o.Verdict.Failure() && o.Cell != LispTwice.String() })
		switch {
		case alone:
			twice++
		case r.Tape().Failure():
			both++
		case !slices.Contains(others, r.Op):
			others = append(others, r.Op)
		}
	}
	s := fmt.Sprintf("A second opinion, no more: %d of %d variants fail on it, %d of them "+
		"only because a node is used twice (its gradients are not added up as they should be: one fault), "+
		"%d as on the tape machine.",
		fails, len(rows), twice, both)
	if len(others) > 0 {
		s += " Wrong there alone, in some variants: " + quotedList(others) + "."
	}
	return s + " It cannot be run again after Reset, and writes err.dot into the working directory " +
		"when a root is not a scalar."
}

// quotedList writes names as one piece of code, separated by commas: the page is short.
func quotedList(names []string) string {
	return "`" + strings.Join(names, ", ") + "`"
}

const pageHeader = `# Gorgonia's operations: what is wrong, and what to write instead

Gorgonia %s, tensor %s, %s. Made by ` + "`gradtwin audit --markdown docs`" + `; do not edit.
<!-- catalogue %s -->

%d variants of %d operations, value against plain Go and gradient against central differences, on leaves, inner nodes,
inputs used twice and in float32, on two draws of data. All verdicts: [audit-tables.md](audit-tables.md); causes:
[upstream.md](upstream.md).
`

const pageWrong = `
## Wrong

On the tape machine. What to write instead was run in the same way: %d of %d expressions are right, in all of %d
variants (in Go: graph/audit/instead.go); one that is not is not printed.

| operation | wrong | write |
| --- | --- | --- |
`
