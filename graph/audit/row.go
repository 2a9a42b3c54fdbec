package audit

import "slices"

// Row is what was found for one case, or for one hazard.
type Row struct {
	Type     string    `json:"type"` // TypeOperation, TypeMerge, TypeInstead or TypeHazard
	Op       string    `json:"op"`
	Variant  string    `json:"variant"`
	Code     string    `json:"code,omitempty"`
	Instead  string    `json:"instead,omitempty"` // the text of an expression, or what to do about a hazard
	Known    []string  `json:"known,omitempty"`   // what package faults says of a drawn case that fails
	In       []input   `json:"in,omitempty"`
	Outcomes []Outcome `json:"outcomes"` // of a case by cell, of a hazard as written and instead
}

// The types of rows.
const (
	TypeOperation = "operation"
	TypeMerge     = "merge" // expressions of one graph, which must not become one node
	TypeHazard    = "hazard"
	TypeInstead   = "instead" // an expression that package faults gives
	TypeFuzz      = "fuzz"    // a case of a shape and settings that were drawn
)

// Name names the row.
func (r Row) Name() string { return r.Op + " (" + r.Variant + ")" }

// Tape is the verdict on the tape machine, with the forward value: the worst of
// its cells.
func (r Row) Tape() Verdict { return r.worst(forward, lispLeaf) }

// Lisp is the verdict on the Lisp machine.
func (r Row) Lisp() Verdict { return r.worst(lispLeaf, cells) }

// Fails reports whether anything of the row is a failure.
func (r Row) Fails() bool {
	return slices.ContainsFunc(r.Outcomes, func(o Outcome) bool { return o.Verdict.Failure() })
}

// worst is the worst verdict of the cells from..to.
func (r Row) worst(from, to cell) Verdict {
	worst := NotRun
	if r.Type == TypeHazard || r.Type == TypeMerge {
		return worst
	}
	to = min(to, cell(len(r.Outcomes))) // an expression is not run on the Lisp machine
	for _, o := range r.Outcomes[min(from, to):to] {
		worst = max(worst, o.Verdict)
	}
	return worst
}

// Shown is the outcome that shows what fails, on the tape machine if possible;
// nil when nothing does.
func (r Row) Shown() *Outcome {
	if o := r.example(forward, lispLeaf); o != nil {
		return o
	}
	return r.example(lispLeaf, cells)
}

// example returns the outcome that shows best what fails in the cells from..to:
// one with numbers before a note, and the first of its kind. It is nil when
// nothing fails.
func (r Row) example(from, to cell) *Outcome {
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

// OfType returns the rows of a type.
func OfType(rows []Row, of string) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Type != of })
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

// operations returns the names of the operations of some rows, each once.
func operations(rows []Row) []string {
	var ops []string
	for _, r := range rows {
		if !slices.Contains(ops, r.Op) {
			ops = append(ops, r.Op)
		}
	}
	return ops
}
