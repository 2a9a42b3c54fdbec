package numeric

import (
	"math"
	"slices"

	"gradtwin/internal/simd"
)

// row is what the incremental engine knows of one row of a batch before any
// parameter changes.
type row struct {
	label  int
	layers []rowLayer
	logits []simd.Logit // each logit, as the one that changes
	noise  float64      // of the loss
}

// rowLayer is one affine layer's part of a row.
type rowLayer struct {
	simd.Layer
	live   []int32   // memory of Layer.Live, where it is the row's own
	below  []float64 // what comes in
	inputs inputs    // the same for all units whose weights' steps have the scale 1
}

// prepareRow runs a row through the network and finds out what the changes of
// its units can reach. The hash table is only lent for its memory.
func (e *incremental) prepareRow(r int, table *[]int32) {
	e.forward.compute(e.batch.X, r, r+1)
	row := &e.rows[r]
	row.label = e.batch.Labels[r]
	last := e.spec.Affine() - 1
	row.layers = resize(row.layers, last+1)
	a := e.batch.X[r*e.spec.Inputs() : (r+1)*e.spec.Inputs()]
	for l := range row.layers {
		layer := &row.layers[l]
		n := e.spec.Layers[l+1]
		layer.below = a
		layer.inputs.fill(a, nil, e.wanted[l], e.plan, table)
		layer.Z = e.forward.z[l][r*n : (r+1)*n]
		layer.Act, layer.Live = simd.Identity, e.all[:n]
		if l < last {
			layer.Act = e.activation
			layer.A = e.forward.a[l][r*n : (r+1)*n]
			a = layer.A
		}
		if l > 0 && layer.Act == simd.ReLU {
			e.findLive(layer, &row.layers[l-1], l)
		}
	}
	e.prepareLogits(row)
	if e.errors {
		row.noise = noise(row.layers[last].Z, row.label, e.spec.Delta)
	}
}

// prepareWeights finds the largest weight, absolute, into each unit, and the
// largest scale of a step in each layer.
func (e *incremental) prepareWeights() {
	for l := range e.largest {
		n := e.spec.Layers[l+1]
		e.largest[l] = resize(e.largest[l], n)
		clear(e.largest[l])
		for row := range slices.Chunk(e.params.W(l), n) {
			for k, w := range row {
				e.largest[l][k] = max(e.largest[l][k], math.Abs(w))
			}
		}
		e.scales[l] = 1
		for k, b := range e.params.B(l) {
			e.scales[l] = max(e.scales[l], e.scale(b), e.scale(e.largest[l][k]))
		}
	}
}

// liveSlack is more than the rounding of the products that findLive compares.
const liveSlack = 1 + 1e-9

// findLive leaves out the ReLU units of layer l that are dead under every
// change of one unit of the layer below.
func (e *incremental) findLive(layer, below *rowLayer, l int) {
	// The unit below moves by as much as its input at most, and by the
	// rounding of the two.
	largest := 0.0
	for _, z := range below.Z {
		largest = max(largest, math.Abs(z))
	}
	move := below.inputs.reach*e.scales[l-1] + largest*0x1p-50
	layer.live = resize(layer.live, len(layer.Z))[:0]
	for k, z := range layer.Z {
		if !(z <= -move*e.largest[l][k]*liveSlack) { // not >: a NaN stays
			layer.live = append(layer.live, int32(k))
		}
	}
	layer.Live = layer.live
}

// prepareLogits finds what remains of a row's softmax when one logit changes.
func (e *incremental) prepareLogits(row *row) {
	z := row.layers[len(row.layers)-1].Z
	m := slices.Max(z)
	row.logits = resize(row.logits, len(z))
	sum := 0.0
	for c, v := range z {
		row.logits[c] = simd.Logit{Z: v - m, Others: sum, Label: math.Exp(z[row.label] - m)}
		sum += math.Exp(v - m)
	}
	row.logits[row.label].Label = -1
	sum = 0
	for c := len(z) - 1; c >= 0; c-- {
		row.logits[c].Others += sum
		sum += math.Exp(z[c] - m)
	}
}
