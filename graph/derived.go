package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/eval"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/replica"
)

// derive returns a function made of w's, in which copies stand for w's nodes.
func (w *Wrapped) derive(f *eval.Function, copies map[*gorgonia.Node]*gorgonia.Node) *Wrapped {
	s := source{cost: w.user.cost, nodes: map[*gorgonia.Node]*gorgonia.Node{}, notes: w.user.notes, parent: w}
	for n, c := range copies {
		s.nodes[c] = w.user.nodes[n]
	}
	return newWrapped(f, s)
}

// Clone returns the function at the same elements in a graph of its own, with
// copies of all inputs' values and of what operations keep from run to run, so
// that it can be used in another goroutine. An operation that is not Gorgonia's
// own may keep state that the copies would share: then the error is
// errors.ErrUnsupported.
func (w *Wrapped) Clone() (gradtwin.Function, error) { return asFunction(w.clone()) }

// asFunction keeps a nil *Wrapped from becoming an interface that is not nil.
func asFunction(w *Wrapped, err error) (gradtwin.Function, error) {
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (w *Wrapped) clone() (*Wrapped, error) {
	f, copies, err := w.f.Clone()
	if err != nil {
		return nil, err
	}
	return w.derive(f, copies), nil
}

// SecondOrder returns the function v·∇f of the same inputs, where ∇f is w's
// gradient as Gorgonia computes it and v a fixed vector, drawn from the seed,
// whose elements have a random sign and a size between 1/2 and 3/2. Its
// gradient is what gorgonia.Grad makes of that, the product of the second
// derivatives with v; so checking it checks the gradient of the gradient:
//
//	∂(v·∇f)/∂x = ∇²f · v
//
// The forward nodes and those of the first gradient are copied into a new
// graph first: in the one they are in, Gorgonia takes the first derivatives of
// the forward nodes for those of the new cost. The inputs' values are shared
// with w. Inputs on which no first derivative depends have the gradient 0.
//
// Many operations of Gorgonia have gradients that it cannot differentiate
// again: softmax, slices, pooling and convolutions among them. The error says
// which one it was. Comparisons, signs and roundings count as constant. The
// gradient of a matrix-vector product is an outer product, whose derivative
// Gorgonia has wrong: the shapes show it, which is an error, unless the matrix
// is square, which a check must find.
func (w *Wrapped) SecondOrder(seed uint64) (gradtwin.Function, error) {
	f, copies, err := w.f.SecondOrder(seed)
	if err != nil {
		return nil, err
	}
	return w.derive(f, copies), nil
}

// Float64 returns the function in double precision, at the same elements,
// widened: the same operations on copies of all inputs' values, with a Grad of
// their own. It is what a float32 function is judged by. Of a function that is
// float64 already it returns a copy.
//
// Random nodes keep their draws. Operations that hold float32 in themselves are
// made anew; where that is not known how (clamp, operations that are not
// Gorgonia's own), the error says which operation stopped it.
func (w *Wrapped) Float64() (gradtwin.Function, error) { return asFunction(w.inFloat64()) }

func (w *Wrapped) inFloat64() (wide *Wrapped, err error) {
	if !w.f.Single {
		return w.clone()
	}
	building.Lock()
	defer building.Unlock()
	defer building.Recover(&err, "rebuild in float64")
	of, err := replica.Widen(w.f.Cost, func(n *gorgonia.Node) gorgonia.Value {
		if l := w.f.ByNode[n]; l != nil {
			return l.Node.Value()
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("rebuild in float64: %w", err)
	}
	if wide, err = wrap(of[w.f.Cost], w.f.ParamNodes(of)); err != nil {
		return nil, fmt.Errorf("rebuild in float64: %w", err)
	}
	wide.f.Layout = w.f.Layout // with the names that Wrap made up
	for k, p := range w.f.Params {
		wide.f.Params[k].Name = p.Name
	}
	nodes := map[*gorgonia.Node]*gorgonia.Node{} // of the copy's copy
	for n, c := range of {
		nodes[c] = w.user.nodes[n]
	}
	for c, n := range wide.user.nodes {
		users := nodes[n] // nil of an input that SecondOrder added
		wide.user.nodes[c] = users
		if l := wide.f.ByNode[c]; l != nil && users != nil {
			l.Drawn = users.Op() != nil // a random node
		}
	}
	wide.user = source{cost: w.user.cost, nodes: wide.user.nodes, notes: w.user.notes, parent: w}
	return wide, nil
}

// Users names the operations that use a value and through which its gradient
// goes, in the order of the graph: those of an input by its name in the layout,
// those of an inner value by the operation that computes it, as Users names it.
// It is nil for the cost, for a name that is not known, and for every name where
// values are overwritten before they are used (see Faults): a cut would move the
// fault.
func (w *Wrapped) Users(name string) []string {
	u := w.uses()
	return u.Users[u.Named[name]]
}

// uses returns who uses what, found when first asked for.
func (w *Wrapped) uses() *inspect.Usage {
	if w.usage != nil {
		return w.usage
	}
	if len(w.overwrites()) > 0 {
		w.usage = &inspect.Usage{}
		return w.usage
	}
	w.usage = inspect.UsageOf(w.f.Cost, func(n *gorgonia.Node) string {
		if l := w.f.ByNode[n]; l == nil {
			return w.label(n)
		} else if slices.Contains(w.f.Params, l) {
			return l.Name
		}
		return ""
	})
	return w.usage
}

// Cut returns the function of one value of the graph, an input or what an
// operation computes, named as in Users: the value is an input that begins with
// what it is at present, and all that it is computed from is left out. Its
// gradient is the node that Grad made for it, so that a gradient that is right
// here and wrong at an operand of the operation has gone wrong in between. An
// input of w is shared with w: a cut is for the same goroutine.
//
// Errors are a name that Users does not give, and a value without a gradient of
// its own in the graph.
func (w *Wrapped) Cut(name string) (gradtwin.Function, error) {
	n := w.uses().Named[name]
	if n == nil {
		return nil, fmt.Errorf("the graph has no value %q", name)
	}
	grad, ok := w.gradientAt(n)
	if !ok {
		return nil, fmt.Errorf("cut the graph: %s has no gradient of its own", name)
	}
	f, copies, err := w.f.Cut(n, grad, name)
	if err != nil {
		return nil, fmt.Errorf("cut the graph at %s: %w", name, err)
	}
	return w.derive(f, copies), nil
}

// gradientAt returns the node of the gradient with respect to n, nil where it is
// 0, and whether it is known.
func (w *Wrapped) gradientAt(n *gorgonia.Node) (*gorgonia.Node, bool) {
	if l := w.f.ByNode[n]; l != nil {
		k := slices.Index(w.f.Params, l)
		return w.f.Grads[k], true
	}
	if d := n.Deriv(); d != nil {
		return d, true
	}
	// The gradient is of the user's Grad, which has marked the user's nodes.
	user := w.user.nodes[n]
	if user == nil || user.Deriv() == nil {
		return nil, false
	}
	for c, u := range w.user.nodes {
		if u == user.Deriv() {
			return c, true
		}
	}
	return nil, false
}
