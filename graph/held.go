package graph

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/peek"
)

// drawSeed is what the draws of Wrap come from: the same ones in every run of a
// program, so that a check can be repeated.
const drawSeed = 1

// draws are what the random nodes of a graph give, drawn once: a loss whose
// randomness changes from call to call has no differences.
type draws struct {
	masks  map[*gorgonia.Node]*tensor.Dense // of dropout: 0 or the factor of each element
	values map[*gorgonia.Node]*leaf         // of nodes without operands
	random gorgonia.Nodes                   // all of them, in order
	seed   uint64
}

// hold draws the random nodes among some.
func hold(nodes gorgonia.Nodes, seed uint64) (*draws, error) {
	d := &draws{masks: map[*gorgonia.Node]*tensor.Dense{}, values: map[*gorgonia.Node]*leaf{}, seed: seed}
	for k, n := range nodes {
		if n.Op() == nil || !peek.IsGorgonias(n.Op()) {
			continue
		}
		var err error
		random := rand.New(rand.NewPCG(seed, uint64(k)))
		switch peek.TypeName(n.Op()) {
		case "randomOp":
			err = d.holdValue(n, random)
		case "dropoutOp":
			if n.IsScalar() {
				continue // an error when it runs
			}
			err = d.holdMask(n, random)
		default:
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("hold %s at one draw: %w", inspect.Label(n), err)
		}
		d.random = append(d.random, n)
	}
	return d, nil
}

// holdValue draws a node's value. The copy of the node is an input that has it,
// in a register that lives as long: Gorgonia takes random nodes for inputs too.
func (d *draws) holdValue(n *gorgonia.Node, random *rand.Rand) error {
	v, err := draw(n, random)
	if err != nil {
		return err
	}
	holder := gorgonia.NewTensor(gorgonia.NewGraph(), n.Dtype(), n.Dims(), gorgonia.WithShape(n.Shape()...), gorgonia.WithName(inspect.Label(n)), gorgonia.WithValue(v))
	d.values[n] = &leaf{node: holder, name: inspect.Label(n), drawn: true}
	return nil
}

// draw returns a value of a random node. Gorgonia's own generator starts from
// the time of day.
func draw(n *gorgonia.Node, random *rand.Rand) (gorgonia.Value, error) {
	v, err := n.Op().Do() // for its type and shape
	if err != nil {
		return nil, err
	}
	e, err := memory.Of(v)
	if err != nil {
		return nil, err
	}
	a, _ := peek.Float(n.Op(), "a")
	b, _ := peek.Float(n.Op(), "b")
	for i := range e.Len() {
		switch inspect.Distribution(n.Op()) {
		case inspect.Uniform:
			e.Set(i, a+(b-a)*random.Float64())
		case inspect.Gaussian:
			e.Set(i, a+b*random.NormFloat64())
		case inspect.Binomial:
			successes := 0.0
			for range int(a) {
				if random.Float64() < b {
					successes++
				}
			}
			e.Set(i, successes)
		}
	}
	return v, nil
}

// holdMask draws what dropout multiplies its operand's elements by: its value
// at ones, because the quotient of value and operand fails where the operand is
// 0, as behind a Rectify. A copy of the operation draws, in training mode.
func (d *draws) holdMask(n *gorgonia.Node, random *rand.Rand) error {
	op := ops.NewCopier(false).Copy(n.Op())
	if err := op.(gorgonia.TrainModeOp).SetTraining(true); err != nil {
		return err
	}
	peek.SetFunc(op, "rndGen", random.Float64)
	ones := tensor.Ones(n.Dtype(), n.Shape()...)
	v, err := op.Do(ones)
	if err != nil {
		return err
	}
	mask, ok := v.(*tensor.Dense)
	if !ok {
		return fmt.Errorf("it gives a %T: want a tensor", v)
	}
	d.masks[n] = mask
	return nil
}

// Draw returns the seed of what the random nodes hold, 0 where there are none.
// Wrap draws with seed 1.
func (w *Wrapped) Draw() uint64 {
	if w.user.held == nil || len(w.user.held.random) == 0 {
		return 0
	}
	return w.user.held.seed
}

// Redraw gives the random nodes other draws, which the seed decides. Functions
// made of w before, by Clone, Float64 and SecondOrder, keep theirs.
func (w *Wrapped) Redraw(seed uint64) error {
	if w.user.held == nil || len(w.user.held.random) == 0 {
		return nil
	}
	next, err := hold(inspect.Cone(w.user.cost), seed)
	if err != nil {
		return err
	}
	for n, mask := range w.user.held.masks {
		copy(memory.Bytes(mask), memory.Bytes(next.masks[n]))
	}
	for n, l := range w.user.held.values {
		copy(memory.Bytes(l.node.Value()), memory.Bytes(next.values[n].node.Value()))
	}
	w.user.held.seed = seed
	return nil
}

// operation returns a node's operation with its draw held.
func (d *draws) operation(n *gorgonia.Node, op gorgonia.Op) gorgonia.Op {
	if d == nil || d.masks[n] == nil {
		return op
	}
	return &ops.HeldDropout{SDOp: op.(gorgonia.SDOp), Mask: d.masks[n]}
}

// input returns the input that holds a random node's value, nil for others.
func (d *draws) input(n *gorgonia.Node) *leaf {
	if d == nil {
		return nil
	}
	return d.values[n]
}
