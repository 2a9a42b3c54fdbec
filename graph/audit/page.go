package audit

import (
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"
)

// Versions says what was audited.
type Versions struct {
	Gorgonia, Tensor, Go string
}

// Page writes what a user of Gorgonia has to know: what is wrong, and what to
// write instead.
func Page(w io.Writer, rows []Row, v Versions) error {
	return templates.ExecuteTemplate(w, "page.tmpl", page{v, rows})
}

// Tables writes the page of all verdicts.
func Tables(w io.Writer, rows []Row, v Versions) error {
	return templates.ExecuteTemplate(w, "tables.tmpl", page{v, rows})
}

//go:embed page.tmpl tables.tmpl
var pages embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"code": func(s string) string { return "`" + s + "`" },
	// One piece of code for several names keeps the page short.
	"codes":  func(names []string) string { return "`" + strings.Join(names, ", ") + "`" },
	"escape": escape,
	"mark":   func(v Verdict) string { return marks[v] },
}).ParseFS(pages, "*.tmpl"))

// marks are the verdicts in a cell of the page's table.
var marks = [verdicts]string{NotRun: "", Right: "✓", ByDesign: "–", Failed: "error", Zero: "**zero**",
	WrongGradient: "**wrong**", WrongValue: "**value**", Panicked: "**panic**"}

// longest is how many characters of an error message the page shows.
const longest = 200

// escape keeps a text within its table cell, on one line.
func escape(s string) string {
	s = strings.NewReplacer("|", "\\|", "\n", " ", "\t", " ", "<", "&lt;", "*", "\\*").Replace(s)
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return s
}

// page is what the templates show. Its exported methods are for them.
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

// Cells returns those of a row but the first, of an expression in place of a
// fault or of a case.
func (p page) Cells(instead bool) []string {
	if instead {
		return cellNames[tapeLeaf:insteadCells]
	}
	return cellNames[tapeLeaf:]
}

// Expressions reports of each fault with expressions in its place whether all
// that were run are right.
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

// finding is a row of the page: what is wrong with some operations.
type finding struct {
	Ops      []string
	fault    string // its name in package faults
	Problems []string
	Instead  string
}

// Findings sorts the rows that fail on the tape machine by what package faults
// says of them, in the order of the operations. Where it says nothing, the row
// has the first of an operation's rows, and how many there are.
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

// Sound returns the operations of which no variant fails on the tape machine, and
// some variant is right, or none.
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

// lisp is what fails on the Lisp machine.
type lisp struct {
	Rows, Fails int
	Twice       int      // rows that fail only because a node is used twice
	Both        int      // rows that fail on the tape machine too
	Alone       []string // operations of the other ones
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

// count is a verdict and how many rows have it on each machine.
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

// Summary is two columns of a table: how many rows are right on a machine, and
// what the others are.
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

// example is a row that fails and the outcome that shows it.
type example struct {
	Row Row
	*Outcome
}

// Examples returns those on the tape machine, or on the Lisp machine alone.
func (p page) Examples(tape bool) (all []example) {
	for _, r := range p.Of(TypeOperation) {
		if o := r.Shown(); o != nil && tape == r.Tape().Failure() {
			all = append(all, example{r, o})
		}
	}
	return all
}
