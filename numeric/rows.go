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
	live   []int32 // memory of Layer.Live, where it is the row's own
	inputs inputs  // the same for all units
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

// prepare runs row i of the inputs x, whose label is given, through the network and
// finds out what the changes of its units can reach: the wanted ones of each layer,
// as a plan changes them, the weights into each unit being at most largest.
func (row *row) prepare(m *model, x []float64, i, label int, wanted []part, largest [][]float64, p *plan,
	mem *scratch) {
	m.forward.compute(x, i, i+1)
	in := m.spec.Inputs()
	a := x[i*in:][:in]
	row.label = label
	last := m.spec.Affine() - 1
	for l := range row.layers {
		layer := &row.layers[l]
		n := m.spec.Layers[l+1]
		layer.inputs.fill(a, wanted[l], p, mem)
		layer.Z = m.forward.z[l][i*n : (i+1)*n]
		layer.Act, layer.Live = simd.Identity, m.all[:n]
		if l < last {
			layer.Act = m.activation
			layer.A = m.forward.a[l][i*n : (i+1)*n]
			a = layer.A
		}
		if l > 0 && layer.Act == simd.ReLU {
			layer.findLive(&row.layers[l-1], largest[l])
		}
	}
	row.prepareLogits()
}

// liveSlack is more than the rounding of the products that findLive compares.
const liveSlack = 1 + 1e-9

// findLive leaves out the ReLU units of a layer that are dead under every
// change of one unit of the layer below, from where the weights are at most
// largest.
func (layer *rowLayer) findLive(below *rowLayer, largest []float64) {
	// The unit below moves by as much as its input at most, and by the
	// rounding of the two: 2⁻⁵⁰ is eight roundings.
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
