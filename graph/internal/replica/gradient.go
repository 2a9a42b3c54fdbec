package replica

import (
	"errors"
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/peek"
	"gradtwin/graph/internal/tape"
)

// The tolerances when the user's gradient nodes are compared with those of a new
// Grad. They may be another expression: other nodes in the graph can change the order
// in which Grad sums terms.
const (
	sameGradient64 = 1e-9
	sameGradient32 = 1e-3
)

// Tolerance returns how far two computations of one gradient may be apart, as a
// fraction of the largest element.
func Tolerance(t tensor.Dtype) float64 {
	if t == tensor.Float32 {
		return sameGradient32
	}
	return sameGradient64
}

// Gradient returns a copy of the cost, made a scalar, followed by its gradients with
// respect to wrt, in a replica of what they are computed from. The gradients are
// copies of the user's nodes where the user's Grad made all of them for this cost, and
// else come from a Grad on the copy. leaves has the values with which the two are
// compared where their expressions differ.
func Gradient(
	cost *gorgonia.Node, wrt gorgonia.Nodes, held *Draws, leaves tape.Leaves,
) (gorgonia.Nodes, *Replica, error) {
	own, err := New(held, cost)
	if err != nil {
		return nil, nil, err
	}
	root := own.Of[cost]
	if !root.IsScalar() {
		if root, err = gorgonia.ApplyOp(ops.WeightedSum(root), root); err != nil {
			return nil, nil, fmt.Errorf("make %v a scalar: %w", cost, err)
		}
	}
	inputs := make(gorgonia.Nodes, len(wrt))
	for k, n := range wrt {
		inputs[k] = own.Of[n]
	}
	grads, err := Differentiate(root, inputs)
	if err != nil {
		return nil, nil, err
	}
	fresh := append(gorgonia.Nodes{root}, grads...)
	if !cost.IsScalar() || cost.Deriv() == nil {
		return fresh, own, nil // the user did not call Grad for this cost, nor through it
	}

	var of, given, expected gorgonia.Nodes
	same := matcher{forward: own.Of, seen: map[[2]*gorgonia.Node]bool{}}
	alike := true
	for k, n := range wrt {
		if d := n.Deriv(); d != nil {
			of, given, expected = append(of, n), append(given, d), append(expected, grads[k])
			alike = alike && same.match(d, grads[k])
		}
	}
	if len(given) == 0 {
		return fresh, own, nil
	}
	users, err := New(held, append(gorgonia.Nodes{cost}, given...)...)
	if err != nil {
		return nil, nil, err
	}
	copies := gorgonia.Nodes{users.Of[cost]}
	for _, d := range given {
		copies = append(copies, users.Of[d])
	}
	if !alike {
		other, err := firstOther(copies, users, append(gorgonia.Nodes{fresh[0]}, expected...), own, leaves)
		if err != nil {
			return nil, nil, err
		}
		if other >= 0 {
			return nil, nil, anotherCosts(cost, of[other])
		}
	}
	if len(given) < len(wrt) {
		return fresh, own, nil
	}
	for k, n := range wrt {
		// The machine does not reuse the register of an input's derivative.
		gorgonia.SetDerivOf(copies[k+1], users.Of[n])
	}
	return copies, users, nil
}

// matcher compares expressions of two graphs.
type matcher struct {
	forward map[*gorgonia.Node]*gorgonia.Node
	seen    map[[2]*gorgonia.Node]bool
}

// match reports whether a and b are the same operations on the same leaves.
func (m matcher) match(a, b *gorgonia.Node) bool {
	if m.forward[a] == b {
		return true
	}
	pair := [2]*gorgonia.Node{a, b}
	if same, ok := m.seen[pair]; ok {
		return same
	}
	m.seen[pair] = m.compare(a, b)
	return m.seen[pair]
}

func (m matcher) compare(a, b *gorgonia.Node) bool {
	if a.Op() == nil || b.Op() == nil || a.Op().Hashcode() != b.Op().Hashcode() {
		return false
	}
	x, y := peek.Children(a), peek.Children(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !m.match(x[i], y[i]) {
			return false
		}
	}
	return true
}

// firstOther computes both at the present values and returns the index of the first
// gradient that differs, or -1. The outputs are the cost and then the gradients.
func firstOther(
	given gorgonia.Nodes, users *Replica, expected gorgonia.Nodes, own *Replica, leaves tape.Leaves,
) (int, error) {
	a, err := evaluate(given, users, leaves)
	if err != nil {
		return -1, err
	}
	again, err := evaluate(given, users, leaves)
	if err != nil {
		return -1, err
	}
	b, err := evaluate(expected, own, leaves)
	if err != nil {
		return -1, err
	}
	tol := Tolerance(given[0].Dtype())
	for k := 1; k < len(a); k++ {
		// A gradient that changes from run to run proves nothing here. The checker
		// reports it.
		if Near(a[k], again[k], 0) && !Near(a[k], b[k], tol) {
			return k - 1, nil
		}
	}
	return -1, nil
}

// anotherCosts is the error of an input whose gradient node is not that of the cost.
func anotherCosts(cost, input *gorgonia.Node) error {
	text := fmt.Sprintf("the gradient node that the graph already has for input %s is not that of cost %s: "+
		"a second Grad in one graph returns the first cost's gradient; build this cost in a graph of its own",
		inspect.Label(input), inspect.Label(cost))
	if !inspect.Named(input) || input.Name() == "" {
		text += ", and name every input: of those without a name Gorgonia makes one node for each shape"
	}
	return errors.New(text)
}

// evaluate computes nodes of a replica.
func evaluate(outputs gorgonia.Nodes, r *Replica, leaves tape.Leaves) ([][]float64, error) {
	t, err := tape.New(append(gorgonia.Nodes{}, outputs...))
	if err != nil {
		return nil, err
	}
	original := map[*gorgonia.Node]*gorgonia.Node{}
	for n, c := range r.Of {
		original[c] = n
	}
	if err := t.Run(func(c *gorgonia.Node) gorgonia.Value { return leaves(original[c]) }); err != nil {
		return nil, err
	}
	out := make([][]float64, len(outputs))
	for k, n := range outputs {
		e, err := memory.Of(t.Value(n))
		if err != nil {
			return nil, fmt.Errorf("node %v: %w", n, err)
		}
		out[k] = e.Float64s()
	}
	return out, nil
}

// Near reports whether two vectors differ by no more than a fraction of the largest
// element. NaN equals NaN.
func Near(a, b []float64, tol float64) bool {
	if len(a) != len(b) {
		return false
	}
	scale := 0.0
	for i := range a {
		scale = math.Max(scale, math.Max(math.Abs(a[i]), math.Abs(b[i])))
	}
	for i := range a {
		if a[i] != b[i] && !(math.Abs(a[i]-b[i]) <= tol*scale) && !(math.IsNaN(a[i]) && math.IsNaN(b[i])) {
			return false
		}
	}
	return true
}
