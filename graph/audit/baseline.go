package audit

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
)

// ReadRows reads the rows of an earlier audit: JSON Lines, as the command's
// --json prints them. Lines of other types are skipped.
func ReadRows(r io.Reader) (rows []Row, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var row Row
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("line %d: %w: want a line of gradtwin audit --json", n, err)
		}
		if len(row.Outcomes) > 0 {
			rows = append(rows, row)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("no row: want the output of gradtwin audit --json")
	}
	return rows, nil
}

// Change is an outcome that is worse than in an earlier audit.
type Change struct {
	Type    string  `json:"type"` // worse
	Op      string  `json:"op"`
	Variant string  `json:"variant"`
	Before  Outcome `json:"before"`
	After   Outcome `json:"after"`
}

// Comparison is the result of comparing two audits.
type Comparison struct {
	Outcomes int // number of outcomes that both have
	Worse    []Change
	Gone     int // number of rows that only the earlier audit has
	New      int // number of rows that only the later audit has
}

// Compare compares an audit with an earlier one.
func Compare(before, after []Row) Comparison {
	var c Comparison
	old := map[string]Row{}
	for _, r := range before {
		old[r.Type+" "+r.Name()] = r
	}
	for _, r := range after {
		was, ok := old[r.Type+" "+r.Name()]
		if !ok {
			c.New++
			continue
		}
		delete(old, r.Type+" "+r.Name())
		for _, o := range r.Outcomes {
			k := slices.IndexFunc(was.Outcomes, func(b Outcome) bool { return b.Cell == o.Cell })
			if k < 0 {
				continue
			}
			c.Outcomes++
			if o.worse(was.Outcomes[k]) {
				c.Worse = append(c.Worse, Change{"worse", r.Op, r.Variant, was.Outcomes[k], o})
			}
		}
	}
	c.Gone = len(old)
	return c
}

// grown is how much larger an error must be to count as worse: the last digits
// differ from one processor to another.
const grown = 1.001

// worse reports whether an outcome is worse than an earlier one: it has a worse
// verdict, no verdict where there was one, or the same verdict with a larger error.
// Zero counts as a wrong gradient, so that one that is no longer zero is compared by
// its error.
func (o Outcome) worse(than Outcome) bool {
	verdict, before := o.Verdict, than.Verdict
	if before == Zero {
		before = WrongGradient
	}
	if verdict == Zero {
		verdict = WrongGradient
	}
	switch {
	case verdict == NotRun:
		return before == Right
	case verdict != before:
		return verdict > max(before, Right)
	case !o.Verdict.Failure() || than.Element == "":
		return false
	}
	return o.Element == "" || math.Abs(o.Got-o.Want) > grown*math.Abs(than.Got-than.Want)
}
