package ops

import (
	"fmt"
	"hash"
	"hash/fnv"
	"math/rand/v2"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/memory"
)

// outputSeed is the seed of the weights.
const outputSeed = 1

// weighting makes a scalar of a tensor y:
//
//	s = Σ wᵢ·yᵢ
//
// with fixed weights of random sign and a size between 1/2 and 1, so that all
// elements count about the same and do not cancel. A tensor of one element has the
// weight 1. The weights are float32 numbers, the same in both precisions.
type weighting struct {
	shape   tensor.Shape
	dtype   tensor.Dtype
	weights []float64
}

// WeightedSum returns the operation that makes a scalar of y.
func WeightedSum(y *gorgonia.Node) gorgonia.Op { return &weightedSum{newWeighting(y)} }

func newWeighting(y *gorgonia.Node) weighting {
	w := weighting{shape: y.Shape().Clone(), dtype: y.Dtype(), weights: make([]float64, y.Shape().TotalSize())}
	random := rand.New(rand.NewPCG(outputSeed, 0))
	for i := range w.weights {
		w.weights[i] = float64(float32(0.5 + 0.5*random.Float64()))
		if random.IntN(2) == 0 {
			w.weights[i] = -w.weights[i]
		}
	}
	if len(w.weights) == 1 {
		w.weights[0] = 1
	}
	return w
}

// InFloat64 returns a WeightedSum with the same weights for a float64 tensor, nil
// of any other operation.
func InFloat64(op gorgonia.Op) gorgonia.Op {
	sum, ok := op.(*weightedSum)
	if !ok {
		return nil
	}
	wide := sum.weighting
	wide.dtype = tensor.Float64
	return &weightedSum{wide}
}

func (w weighting) tensorType() hm.Type {
	return gorgonia.TensorType{Dims: w.shape.Dims(), Of: w.dtype}
}

func (w weighting) Arity() int           { return 1 }
func (w weighting) ReturnsPtr() bool     { return false }
func (w weighting) CallsExtern() bool    { return false }
func (w weighting) OverwritesInput() int { return -1 }
func (w weighting) DiffWRT(int) []bool   { return []bool{true} }

// weightedSum is s of a weighting. It is an operation of its own because
// Gorgonia's reductions are among what is checked.
type weightedSum struct{ weighting }

func (w *weightedSum) Type() hm.Type         { return hm.NewFnType(w.tensorType(), w.dtype) }
func (w *weightedSum) String() string        { return "Σ w·y" }
func (w *weightedSum) WriteHash(h hash.Hash) { writeHash(h, w, w.shape) }
func (w *weightedSum) Hashcode() uint32      { return hashOf(w) }

func (w *weightedSum) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

func (w *weightedSum) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	y, err := memory.Of(in[0])
	if err != nil {
		return nil, err
	}
	if y.Len() != len(w.weights) {
		return nil, fmt.Errorf("%d elements: want %d", y.Len(), len(w.weights))
	}
	s := 0.0
	for i, weight := range w.weights {
		s += weight * y.At(i)
	}
	return memory.Scalar(w.dtype, s), nil
}

func (w *weightedSum) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	d, err := gorgonia.ApplyOp(&weightedSpread{w.weighting}, grad)
	return gorgonia.Nodes{d}, err
}

// weightedSpread is the derivative of weightedSum: w times a scalar.
type weightedSpread struct{ weighting }

func (w *weightedSpread) Type() hm.Type         { return hm.NewFnType(w.dtype, w.tensorType()) }
func (w *weightedSpread) String() string        { return "w·s" }
func (w *weightedSpread) WriteHash(h hash.Hash) { writeHash(h, w, w.shape) }
func (w *weightedSpread) Hashcode() uint32      { return hashOf(w) }

func (w *weightedSpread) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return w.shape.Clone(), nil
}

func (w *weightedSpread) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	s, err := memory.Of(in[0])
	if err != nil {
		return nil, err
	}
	out := tensor.New(tensor.Of(w.dtype), tensor.WithShape(w.shape...))
	e, err := memory.Of(out)
	if err != nil {
		return nil, err
	}
	for i, weight := range w.weights {
		e.Set(i, weight*s.At(0))
	}
	return out, nil
}

func (w *weightedSpread) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	d, err := gorgonia.ApplyOp(&weightedSum{w.weighting}, grad)
	return gorgonia.Nodes{d}, err
}

// writeHash writes the type and the shape: the operations of one type differ by
// their shapes.
func writeHash(h hash.Hash, op gorgonia.Op, shape tensor.Shape) {
	fmt.Fprintf(h, "%T%v", op, shape)
}

func hashOf(op gorgonia.Op) uint32 {
	h := fnv.New32a()
	op.WriteHash(h)
	return h.Sum32()
}
