package ops

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
)

// HeldDropout is dropout with the same mask in every run. It multiplies by the mask
// in the forward pass only, and leaves the derivative to the user's operation, whose
// faults a check is to find.
type HeldDropout struct {
	gorgonia.SDOp
	Mask *tensor.Dense // for each element 0 or its factor
}

// Do implements gorgonia.Op.
func (d *HeldDropout) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if training, ok := peek.Bool(d.SDOp, "isTraining"); ok && !training {
		return d.SDOp.Do(in...)
	}
	if len(in) != 1 {
		return nil, fmt.Errorf("dropout of %d operands: want 1", len(in))
	}
	x, err := memory.Of(in[0])
	if err != nil {
		return nil, err
	}
	mask, err := memory.Of(d.Mask)
	if err != nil {
		return nil, err
	}
	if x.Len() != mask.Len() {
		return nil, fmt.Errorf("dropout of %d elements, held for %d", x.Len(), mask.Len())
	}
	out := tensor.New(tensor.Of(in[0].Dtype()), tensor.WithShape(in[0].Shape()...))
	y, err := memory.Of(out)
	if err != nil {
		return nil, err
	}
	for i := range x.Len() {
		y.Set(i, x.At(i)*mask.At(i))
	}
	return out, nil
}

// SetTraining implements gorgonia.TrainModeOp.
func (d *HeldDropout) SetTraining(on bool) error {
	return d.SDOp.(gorgonia.TrainModeOp).SetTraining(on)
}
