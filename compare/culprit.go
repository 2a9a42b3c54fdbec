package compare

import (
	"fmt"
	"strings"
)

// Culprit is where a wrong gradient goes wrong: the gradient of an operation's
// result is right, that of its operand is not.
//
// It is looked for when a tensor is wrong, in a function that can be cut at its
// inner values (a graph.Wrap is one): a cut is the function of one inner value, and
// is probed along directions as a tensor is, in 10 to 60 calls that the report
// counts. As many cuts as the logarithm of the graph's depth are enough for a
// chain, and fewer where tensors on both sides of the fault were checked. Nothing
// is looked for under Options.MaxCalls and MaxTime, at order 2, and by shards:
// Merge leaves it out.
type Culprit struct {
	// Operations is the one at fault, or, where an operand has several users whose
	// gradients are all right, those among which it is: of these the ones that
	// Report.Faults lists, if it lists any.
	Operations []string `json:"operations"`
	Operand    string   `json:"operand"`
	// Symbolic and Numeric are the slopes of one element of the operand, or along
	// a direction where no element was named; Ratio is the first by the second, 0
	// where there is none.
	Symbolic float64 `json:"symbolic"`
	Numeric  float64 `json:"numeric"` // math.MaxFloat64 where it is NaN or infinite
	Ratio    float64 `json:"ratio,omitempty"`
	Known    bool    `json:"known,omitempty"` // Report.Faults lists the operations
}

// String says it in a sentence.
func (c *Culprit) String() string {
	at := c.Operations[0] + ": the gradient of its result is right, that of its operand "
	if len(c.Operations) > 1 {
		at = "one of " + strings.Join(c.Operations, ", ") + ": the gradients of their results are right, that of their " +
			"operand "
	}
	s := fmt.Sprintf("%s%s is %.6g where the loss gives %.6g", at, c.Operand, c.Symbolic, c.Numeric)
	if c.Ratio != 0 {
		s += fmt.Sprintf(" (ratio %.6g)", c.Ratio)
	}
	if c.Known {
		s += ", a known fault"
	}
	return s
}
