package audit

import "slices"

// Row is a case, or another subject, with its outcomes.
type Row struct {
	Type     string    `json:"type"` // TypeOperation, TypeMerge, TypeHazard, TypeInstead or TypeFuzz
	Op       string    `json:"op"`
	Variant  string    `json:"variant"`
	Code     string    `json:"code,omitempty"`
	Instead  string    `json:"instead,omitempty"` // what to do instead, in words
	Known    []string  `json:"known,omitempty"`   // the known faults in a drawn case that fails
	In       []input   `json:"in,omitempty"`
	Outcomes []Outcome `json:"outcomes"` // one for each cell; of a hazard as written and instead
}

// The types of rows.
const (
	TypeOperation = "operation"
	TypeMerge     = "merge" // several expressions in one graph, which must not become one node
	TypeHazard    = "hazard"
	TypeInstead   = "instead" // an expression that package faults suggests
	TypeFuzz      = "fuzz"    // a case with a random shape and settings
)

// Name names the row.
func (r Row) Name() string { return r.Op + " (" + r.Variant + ")" }

// Tape returns the verdict on the tape machine: the worst of its cells and of the
// forward value.
func (r Row) Tape() Verdict { return r.worst(forward, lispLeaf) }

// Lisp returns the verdict on the Lisp machine: the worst of its cells.
func (r Row) Lisp() Verdict { return r.worst(lispLeaf, cells) }

// Fails reports whether any outcome of the row is a failure.
func (r Row) Fails() bool {
	return slices.ContainsFunc(r.Outcomes, func(o Outcome) bool { return o.Verdict.Failure() })
}

// worst returns the worst verdict of the cells [from, to).
func (r Row) worst(from, to cell) Verdict {
	worst := NotRun
	if r.Type == TypeHazard || r.Type == TypeMerge {
		return worst
	}
	to = min(to, cell(len(r.Outcomes))) // expressions are not run on the Lisp machine
	for _, o := range r.Outcomes[min(from, to):to] {
		worst = max(worst, o.Verdict)
	}
	return worst
}

// Shown returns the outcome that shows best what fails, on the tape machine if
// possible. It is nil when nothing fails.
func (r Row) Shown() *Outcome {
	if o := r.example(forward, lispLeaf); o != nil {
		return o
	}
	return r.example(lispLeaf, cells)
}

// example returns the outcome that shows best what fails in the cells [from, to): the
// first with the worst verdict, or the first such with numbers. It is nil when nothing
// fails.
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

// Counts returns the number of rows with each verdict, on the tape machine and on
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
