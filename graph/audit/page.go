package audit

import (
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"
)

// Versions are the versions that were audited.
type Versions struct {
	Gorgonia, Tensor, Go string
}

// Page writes docs/audit.md, in Markdown: what is wrong, and what to write instead.
func Page(w io.Writer, rows []Row, v Versions) error {
	return templates.ExecuteTemplate(w, "page.tmpl", page{v, rows})
}

// Tables writes docs/audit-tables.md, in Markdown: the verdict of every case.
func Tables(w io.Writer, rows []Row, v Versions) error {
	return templates.ExecuteTemplate(w, "tables.tmpl", page{v, rows})
}

//go:embed page.tmpl tables.tmpl
var pages embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"code": func(s string) string { return "`" + s + "`" },
	// A single pair of backquotes keeps the page short.
	"codes":  func(names []string) string { return "`" + strings.Join(names, ", ") + "`" },
	"escape": escape,
	"mark":   func(v Verdict) string { return marks[v] },
}).ParseFS(pages, "*.tmpl"))

// marks are the verdicts as the tables have them.
var marks = [verdicts]string{NotRun: "", Right: "✓", ByDesign: "–", Failed: "error", Zero: "**zero**",
	WrongGradient: "**wrong**", WrongValue: "**value**", Panicked: "**panic**"}

// longest limits the characters in a table's cell: some messages are long.
const longest = 200

// escape makes a text safe for a table's cell.
func escape(s string) string {
	s = strings.NewReplacer("|", "\\|", "\n", " ", "\t", " ", "<", "&lt;", "*", "\\*").Replace(s)
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return s
}

// page is the data of the templates, which call its exported methods.
type page struct {
	Versions
	rows []Row
}

func (p page) Of(kind string) []Row { return OfType(p.rows, kind) }

func (p page) Operations() []string { return operations(p.Of(TypeOperation)) }

func (p page) LeftOut() map[string]string { return leftOut }

// Variants returns the rows of an operation.
func (p page) Variants(op string) []Row {
	return slices.DeleteFunc(p.Of(TypeOperation), func(r Row) bool { return r.Op != op })
}

// Cells returns the names of all cells after the first, of expressions in place of
// faults or of cases.
func (p page) Cells(instead bool) []string {
	if instead {
		return cellNames[tapeLeaf:insteadCells]
	}
	return cellNames[tapeLeaf:]
}

// Expressions reports, for each fault with expressions in its place, whether all of
// them are right.
func (p page) Expressions() map[string]bool {
	right := map[string]bool{}
	for _, r := range p.Of(TypeInstead) {
		before, seen := right[r.Op]
		right[r.Op] = (before || !seen) && !r.Fails() && r.Tape() == Right
	}
	return right
}

func (p page) RightExpressions() (n int) {
	for _, right := range p.Expressions() {
		if right {
			n++
		}
	}
	return n
}

// finding is a row of the page's first table.
type finding struct {
	Ops      []string
	fault    string // its name in package faults
	Problems []string
	Instead  string
}

// Findings groups the rows that fail on the tape machine by the fault that package
// faults finds in them, in the order of the operations. Rows without a known fault
// are last, grouped by operation: the first is shown, the others are counted.
func (p page) Findings() (found []*finding) {
	right, cases, rows := p.Expressions(), named(), p.Of(TypeOperation)
	unknown := map[string][]Row{}
	for _, r := range rows {
		if !r.Tape().Failure() {
			continue
		}
		known := cases[r.Name()].known()
		if len(known) == 0 {
			unknown[r.Op] = append(unknown[r.Op], r)
		}
		for _, k := range known {
			i := slices.IndexFunc(found, func(f *finding) bool { return f.fault == k.Name() })
			if i < 0 {
				i = len(found)
				found = append(found, &finding{fault: k.Name()})
				if right[k.Name()] {
					found[i].Instead = k.Instead
				}
			}
			f := found[i]
			if !slices.Contains(f.Ops, r.Op) {
				f.Ops = append(f.Ops, r.Op)
			}
			if !slices.Contains(f.Problems, k.Problem) {
				f.Problems = append(f.Problems, k.Problem)
			}
		}
	}
	for _, op := range operations(rows) {
		if of := unknown[op]; len(of) > 0 {
			problem := fmt.Sprintf("%s: %s", of[0].Variant, of[0].Shown())
			if len(of) > 1 {
				problem += fmt.Sprintf(" (and %d more)", len(of)-1)
			}
			found = append(found, &finding{Ops: []string{op}, Problems: []string{problem}})
		}
	}
	return found
}

// Sound returns the operations without a variant that fails on the tape machine:
// those with a right one, or those without.
func (p page) Sound(right bool) (ops []string) {
	for _, op := range p.Operations() {
		of := p.Variants(op)
		if !slices.ContainsFunc(of, func(r Row) bool { return r.Tape().Failure() }) &&
			right == slices.ContainsFunc(of, func(r Row) bool { return r.Tape() == Right }) {
			ops = append(ops, op)
		}
	}
	return ops
}

// lisp counts the rows that fail on the Lisp machine.
type lisp struct {
	Rows, Fails int
	Twice       int      // rows that fail only because a node is used twice
	Both        int      // rows that fail on the tape machine too
	Alone       []string // operations of all others
}

func (p page) Lisp() (l lisp) {
	for _, r := range p.Of(TypeOperation) {
		l.Rows++
		if !r.Lisp().Failure() {
			continue
		}
		l.Fails++
		once := slices.ContainsFunc(r.Outcomes[lispLeaf:],
			func(o Outcome) bool { return o.Verdict.Failure() && o.Cell != lispTwice.String() })
		switch {
		case !once:
			l.Twice++
		case r.Tape().Failure():
			l.Both++
		case !slices.Contains(l.Alone, r.Op):
			l.Alone = append(l.Alone, r.Op)
		}
	}
	return l
}

// Merged returns the operations of which some settings become one node.
func (p page) Merged() []string {
	return operations(slices.DeleteFunc(p.Of(TypeMerge), func(r Row) bool { return !r.Fails() || r.Op == across }))
}

// count is the number of rows with a verdict on each machine.
type count struct {
	Verdict    Verdict
	Tape, Lisp int
}

func (p page) Verdicts() (all []count) {
	tape, lisp := Counts(p.Of(TypeOperation))
	for v := Right; v < verdicts; v++ {
		all = append(all, count{v, tape[v], lisp[v]})
	}
	return all
}

// Summary returns two columns of a table: how many rows are right on a machine, and
// the verdicts of the others.
func (p page) Summary(rows []Row, tape bool) string {
	counts, lisp := Counts(rows)
	if !tape {
		counts = lisp
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

// example is a row that fails, with the outcome that shows it.
type example struct {
	Row Row
	*Outcome
}

// Examples returns the rows that fail on the tape machine, or only on the Lisp
// machine.
func (p page) Examples(tape bool) (all []example) {
	for _, r := range p.Of(TypeOperation) {
		if o := r.Shown(); o != nil && tape == r.Tape().Failure() {
			all = append(all, example{r, o})
		}
	}
	return all
}
