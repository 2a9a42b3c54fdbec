package replica

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

// Draws holds one draw of each random node of a graph: differences of a loss that
// changes from call to call mean nothing.
type Draws struct {
	Masks  map[*gorgonia.Node]*tensor.Dense  // of dropout: 0 or the factor of each element
	Values map[*gorgonia.Node]*gorgonia.Node // inputs that hold the values of nodes without operands
	Random gorgonia.Nodes                    // all of them, in order
	Seed   uint64
}

// Draw draws those of some nodes that are random.
func Draw(nodes gorgonia.Nodes, seed uint64) (*Draws, error) {
	d := &Draws{
		Masks: map[*gorgonia.Node]*tensor.Dense{}, Values: map[*gorgonia.Node]*gorgonia.Node{}, Seed: seed,
	}
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
				continue // it will be an error of the run
			}
			err = d.holdMask(n, random)
		default:
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("hold %s at one draw: %w", inspect.Label(n), err)
		}
		d.Random = append(d.Random, n)
	}
	return d, nil
}

// holdValue draws a node's value. The copy of the node is an input that has it,
// in a register that lives as long: Gorgonia takes random nodes for inputs too.
func (d *Draws) holdValue(n *gorgonia.Node, random *rand.Rand) error {
	v, err := drawn(n, random)
	if err != nil {
		return err
	}
	d.Values[n] = Holder(n, inspect.Label(n), v)
	return nil
}

// Holder returns an input of n's type and shape, in a graph of its own, that has a
// value.
func Holder(n *gorgonia.Node, name string, v gorgonia.Value) *gorgonia.Node {
	return gorgonia.NewTensor(gorgonia.NewGraph(), n.Dtype(), n.Dims(),
		gorgonia.WithShape(n.Shape()...), gorgonia.WithName(name), gorgonia.WithValue(v))
}

// drawn returns a value of a random node. Gorgonia's own generator starts from
// the time of day.
func drawn(n *gorgonia.Node, random *rand.Rand) (gorgonia.Value, error) {
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

// holdMask draws the mask of a dropout: its result for an operand of ones. The quotient
// of its result and its operand would not do, because the operand may be 0, as after
// a Rectify. A copy of the operation draws, in training mode.
func (d *Draws) holdMask(n *gorgonia.Node, random *rand.Rand) error {
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
	d.Masks[n] = mask
	return nil
}

// Redraw draws all of them again.
func (d *Draws) Redraw(cost *gorgonia.Node, seed uint64) error {
	next, err := Draw(inspect.Cone(cost), seed)
	if err != nil {
		return err
	}
	for n, mask := range d.Masks {
		copy(memory.Bytes(mask), memory.Bytes(next.Masks[n]))
	}
	for n, holder := range d.Values {
		copy(memory.Bytes(holder.Value()), memory.Bytes(next.Values[n].Value()))
	}
	d.Seed = seed
	return nil
}

// operation returns a node's operation, which keeps the draw if the node is random.
func (d *Draws) operation(n *gorgonia.Node, op gorgonia.Op) gorgonia.Op {
	if d == nil || d.Masks[n] == nil {
		return op
	}
	return &ops.HeldDropout{SDOp: op.(gorgonia.SDOp), Mask: d.Masks[n]}
}

// Input returns the input that holds a random node's value, nil for others.
func (d *Draws) Input(n *gorgonia.Node) *gorgonia.Node {
	if d == nil {
		return nil
	}
	return d.Values[n]
}
