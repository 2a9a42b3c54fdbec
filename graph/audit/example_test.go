package audit_test

import (
	"fmt"
	"strings"

	"gradtwin/graph/audit"
)

// Two audits are compared by what the command's --json has printed of each.
func ExampleCompare() {
	read := func(verdict string) []audit.Row {
		rows, err := audit.ReadRows(strings.NewReader(`{"type":"operation","op":"Log2","variant":"scalar",` +
			`"outcomes":[{"cell":"tape","verdict":"` + verdict + `"}]}`))
		if err != nil {
			panic(err)
		}
		return rows
	}
	for _, c := range audit.Compare(read("right"), read("wrong gradient")).Worse {
		fmt.Printf("%s (%s), %s: %v, was %v\n", c.Op, c.Variant, c.After.Cell, c.After.Verdict, c.Before.Verdict)
	}
	// Output: Log2 (scalar), tape: wrong gradient, was right
}
