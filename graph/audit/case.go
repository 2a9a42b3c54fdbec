package audit

import (
	"regexp"
	"slices"

	"gorgonia.org/gorgonia"
)

// testCase is one operation with one choice of shapes and settings.
type testCase struct {
	Op      string // the function's name, as in SoftMax; a pattern of two is Log(SoftMax)
	Variant string // as in "2x3, axis 0"
	In      []input
	// Build makes the result, of any shape, from the inputs in order.
	Build func(in gorgonia.Nodes) (*gorgonia.Node, error)
	// Code is Build's body as an expression of type (*Node, error) in the
	// names of the inputs.
	Code string
	// Ref computes the result in plain Go. Where it is nil, Gorgonia's own forward
	// pass is taken as right.
	Ref    reference
	Design string // why there is no gradient to expect; empty where there is one
	Eval   bool   // run in evaluation mode
	Single bool   // computed in float32, whatever the cell
}

// Name names the case.
func (c *testCase) Name() string { return c.Op + " (" + c.Variant + ")" }

// newCase is the case of an expression.
func newCase(variant string, ref reference, e expression) testCase {
	inputs := e.inputs()
	return testCase{Op: name(e.function), Variant: variant, In: inputs, Ref: ref, Code: e.String(),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			named := map[string]*gorgonia.Node{}
			for k, n := range in {
				named[inputs[k].Name] = n
			}
			return e.build(named)
		}}
}

// op is the case of one call of a function of Gorgonia's.
func op(variant string, ref reference, function any, args ...any) testCase {
	return newCase(variant, ref, call(function, args...))
}

// as sets the operation's name where it is not the function's.
func (c testCase) as(op, variant string) testCase {
	c.Op, c.Variant = op, variant
	return c
}

// written sets what the function's own name and arguments do not show.
func (c testCase) written(op, variant, code string) testCase {
	c.Op, c.Variant, c.Code = op, variant, code
	return c
}

// without sets why there is no gradient.
func (c testCase) without(gradient string) testCase {
	c.Design = gradient
	return c
}

// operands finds the operands that become x.
var operands = regexp.MustCompile(`\b[ab]\b`)

// ofItself makes a case of two operands one of x and x.
func (c testCase) ofItself() testCase {
	build, ref := c.Build, c.Ref
	x := c.In[0]
	x.Name = "x"
	c.Variant, c.In = dims(x.Shape)+", of x and x", []input{x}
	c.Code = operands.ReplaceAllString(c.Code, "x")
	c.Build = func(in gorgonia.Nodes) (*gorgonia.Node, error) { return build(gorgonia.Nodes{in[0], in[0]}) }
	c.Ref = func(in []array) array { return ref([]array{in[0], in[0]}) }
	return c
}

// arrays returns the inputs' values in a draw.
func (c *testCase) arrays(draw int) []array {
	in := make([]array, len(c.In))
	for k := range in {
		in[k] = c.In[k].array(k, draw)
	}
	return in
}

// drawn reports whether an input's values are drawn.
func (c *testCase) drawn() bool {
	return slices.ContainsFunc(c.In, func(in input) bool { return in.Values == nil })
}

// elements is the number of elements of all inputs.
func (c *testCase) elements() int {
	n := 0
	for _, in := range c.In {
		n += size(in.Shape)
	}
	return n
}

// row is the case's row, with an empty outcome for each cell.
func (c *testCase) row() Row {
	r := Row{Type: TypeOperation, Op: c.Op, Variant: c.Variant, Code: c.Code, In: c.In, Outcomes: make([]Outcome, cells)}
	for k := range r.Outcomes {
		r.Outcomes[k].Cell = cell(k).String()
	}
	return r
}
