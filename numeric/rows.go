package numeric

import (
	"math"
	"slices"

	"gradtwin"
	"gradtwin/internal/simd"
)

// row is what the incremental engine knows of one row of a batch before any
// parameter changes.
type row struct {
	label  int
	layers []rowLayer
	logits []simd.Logit // each logit, as the one that changes
}

// rowLayer is one affine layer's part of a row.
type rowLayer struct {
	simd.Layer
	live   []int32   // memory of Layer.Live, where it is the row's own
	below  []float64 // what comes in
	inputs inputs    // the same for all units
}

// reserve makes room for what a row of a network can need.
func (row *row) reserve(s gradtwin.Spec, p *plan) {
	row.layers = resize(row.layers, s.Affine())
	for l := range row.layers {
		layer := &row.layers[l]
		layer.inputs.reserve(s.Layers[l], p)
		layer.live = resize(layer.live, s.Layers[l+1])
	}
	row.logits = resize(row.logits, s.Classes())
}

// prepareRow runs a row through the network and finds out what the changes of
// its units can reach.
func (e *incremental) prepareRow(r *run, i int, mem *scratch) {
	in := e.spec.Inputs()
	a := r.batch.X[(r.first+i)*in:][:in]
	e.forward.compute(r.batch.X[r.first*in:], i, i+1)
	row := &r.rows[i]
	row.label = r.batch.Labels[r.first+i]
	last := e.spec.Affine() - 1
	for l := range row.layers {
		layer := &row.layers[l]
		n := e.spec.Layers[l+1]
		layer.below = a
		layer.inputs.fill(a, r.wanted[l], &r.plan, mem)
		layer.Z = e.forward.z[l][i*n : (i+1)*n]
		layer.Act, layer.Live = simd.Identity, e.all[:n]
		if l < last {
			layer.Act = e.activation
			layer.A = e.forward.a[l][i*n : (i+1)*n]
			a = layer.A
		}
		if l > 0 && layer.Act == simd.ReLU {
			layer.findLive(&row.layers[l-1], r.largest[l])
		}
	}
	row.prepareLogits()
}

// prepareWeights finds the largest weight, absolute, into each unit that findLive
// asks for.
func (e *incremental) prepareWeights(r *run) {
	if e.activation != simd.ReLU {
		return
	}
	for l := 1; l < e.spec.Affine()-1; l++ {
		largest := r.largest[l]
		clear(largest)
		for row := range slices.Chunk(e.params.W(l), len(largest)) {
			// Without the sign the bits are in the order of the values, NaN last.
			for k, w := range row {
				largest[k] = math.Float64frombits(max(math.Float64bits(largest[k]), math.Float64bits(w)&^(1<<63)))
			}
		}
	}
}

// liveSlack is more than the rounding of the products that findLive compares.
const liveSlack = 1 + 1e-9

// findLive leaves out the ReLU units of a layer that are dead under every
// change of one unit of the layer below, from where the weights are at most
// largest.
func (layer *rowLayer) findLive(below *rowLayer, largest []float64) {
	// The unit below moves by as much as its input at most, and by the
	// rounding of the two.
	far := 0.0
	for _, z := range below.Z {
		far = max(far, math.Abs(z))
	}
	move := below.inputs.reach + far*0x1p-50
	layer.live = layer.live[:0]
	for k, z := range layer.Z {
		if !(z <= -move*largest[k]*liveSlack) { // not >: a NaN stays
			layer.live = append(layer.live, int32(k))
		}
	}
	layer.Live = layer.live
}

// prepareLogits finds what remains of a row's softmax when one logit changes.
func (row *row) prepareLogits() {
	z := row.layers[len(row.layers)-1].Z
	m := slices.Max(z)
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
