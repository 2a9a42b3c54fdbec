package audit

import (
	"regexp"
	"slices"

	"gorgonia.org/gorgonia"
)

// testCase is an operation with one choice of shapes and settings.
type testCase struct {
	Op      string // the function's name, as SoftMax, or an expression, as Log(SoftMax(x))
	Variant string // as in "2x3, axis 0"
	In      []input
	// Build makes the result, of any shape, from the inputs in order.
	Build func(in gorgonia.Nodes) (*gorgonia.Node, error)
	// Code is Build's body as an expression of type (*Node, error) in the
	// names of the inputs.
	Code string
	// Ref computes the result in plain Go; nil takes Gorgonia's forward pass for
	// right.
	Ref    reference
	Design string // why the operation has no gradient; empty where it has one
	Eval   bool   // it is run in evaluation mode
	Single bool   // it computes in float32 in every cell
}

// Name names the case.
func (c *testCase) Name() string { return c.Op + " (" + c.Variant + ")" }

// newCase returns the case of an expression, whose inputs are the case's.
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

// op returns the case of one call of a Gorgonia function.
func op(variant string, ref reference, function any, args ...any) testCase {
	return newCase(variant, ref, call(function, args...))
}

// as sets the operation's name and the variant.
func (c testCase) as(op, variant string) testCase {
	c.Op, c.Variant = op, variant
	return c
}

// written sets the operation's name, the variant and the code, where function is a
// wrapper and its own name says nothing.
func (c testCase) written(op, variant, code string) testCase {
	c.Op, c.Variant, c.Code = op, variant, code
	return c
}

// without sets the reason why there is no gradient.
func (c testCase) without(gradient string) testCase {
	c.Design = gradient
	return c
}

// operands matches the names of the operands.
var operands = regexp.MustCompile(`\b[ab]\b`)

// ofItself returns a case of a and b with x for both.
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

// arrays returns the values of all inputs in a draw.
func (c *testCase) arrays(draw int) []array {
	in := make([]array, len(c.In))
	for k := range in {
		in[k] = c.In[k].array(k, draw)
	}
	return in
}

// drawn reports whether any input's values are drawn.
func (c *testCase) drawn() bool {
	return slices.ContainsFunc(c.In, func(in input) bool { return in.Values == nil })
}

// elements returns the number of elements of all inputs.
func (c *testCase) elements() int {
	n := 0
	for _, in := range c.In {
		n += size(in.Shape)
	}
	return n
}

// row returns the case's row with an empty outcome for each cell.
func (c *testCase) row() Row {
	r := Row{Type: TypeOperation, Op: c.Op, Variant: c.Variant, Code: c.Code, In: c.In, Outcomes: make([]Outcome, cells)}
	for k := range r.Outcomes {
		r.Outcomes[k].Cell = cell(k).String()
	}
	return r
}
