package numeric

import (
	"math"
	"math/bits"
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
	inputs inputs
}

// inputs holds what a layer's weights are multiplied by: the distinct values,
// and who has which. The bias's input is 1.
type inputs struct {
	values []float64    // distinct, not 0
	slots  []slot       // the weights whose input is not 0, and the bias
	steps  []simd.Group // the changes of a unit's z
	reach  float64      // the largest change, absolute
}

// slot says which of the distinct values a weight's input is.
type slot struct{ input, value int32 }

// pairs is the number of pairs of changes in a group: the first half of its
// lanes are z's changes by +h·a, the second half those by −h·a.
const pairs = simd.Width / 2

// prepare runs the batch's forward pass and finds out what each row's changes
// can reach.
func (e *incremental) prepare(b gradtwin.Batch, h float64) {
	e.forward.logits(b.X, b.Len())
	e.rows = resize(e.rows, b.Len())
	last := e.spec.Affine() - 1
	for l := 1; l <= last; l++ {
		e.largestWeights(l)
	}
	for r := range e.rows {
		row := &e.rows[r]
		row.label = b.Labels[r]
		row.layers = resize(row.layers, last+1)
		a := b.X[r*e.spec.Inputs() : (r+1)*e.spec.Inputs()]
		for l := range row.layers {
			layer := &row.layers[l]
			n := e.spec.Layers[l+1]
			e.distinct(&layer.inputs, a, h)
			layer.Z = e.forward.z[l][r*n : (r+1)*n]
			layer.Act, layer.Live = simd.Identity, e.all[:n]
			if l < last {
				layer.Act = e.activation
				layer.A = e.forward.a[l][r*n : (r+1)*n]
				a = layer.A
			}
			if l > 0 && layer.Act == simd.ReLU {
				e.findLive(layer, &row.layers[l-1], e.largest[l])
			}
		}
		e.prepareLogits(row)
	}
}

// largestWeights finds the largest weight, absolute, into each unit of layer
// l.
func (e *incremental) largestWeights(l int) {
	n := e.spec.Layers[l+1]
	e.largest[l] = resize(e.largest[l], n)
	clear(e.largest[l])
	for row := range slices.Chunk(e.params.W(l), n) {
		for k, w := range row {
			e.largest[l][k] = max(e.largest[l][k], math.Abs(w))
		}
	}
}

// distinct fills in the inputs a of a layer.
func (e *incremental) distinct(in *inputs, a []float64, h float64) {
	in.values, in.slots = in.values[:0], in.slots[:0]
	// A hash table with linear probing, at most half full.
	size := 1 << bits.Len(uint(2*len(a)+1))
	e.table = resize(e.table, size)
	clear(e.table) // of 1 + places in values
	add := func(i int, v float64) {
		hash := math.Float64bits(v) * 0x9e3779b97f4a7c15 >> 32
		for at := hash; ; at++ {
			place := &e.table[at&uint64(size-1)]
			if *place == 0 {
				in.values = append(in.values, v)
				*place = int32(len(in.values))
			}
			if in.values[*place-1] == v {
				in.slots = append(in.slots, slot{int32(i), *place - 1})
				return
			}
		}
	}
	for i, v := range a {
		if v != 0 {
			add(i, v)
		}
	}
	add(len(a), 1)

	groups := (len(in.values) + pairs - 1) / pairs
	in.steps = resize(in.steps, groups)
	clear(in.steps)
	in.reach = 0
	for i, v := range in.values {
		d := h * v
		in.steps[i/pairs][i%pairs] = d
		in.steps[i/pairs][i%pairs+pairs] = -d
		in.reach = max(in.reach, math.Abs(d))
	}
}

// liveSlack is more than the rounding of the products that findLive compares.
const liveSlack = 1 + 1e-9

// findLive leaves out the ReLU units of a layer that are dead under every
// change of one unit of the layer below.
func (e *incremental) findLive(layer, below *rowLayer, largest []float64) {
	// The unit below moves by as much as its input at most, and by the
	// rounding of the two.
	move := below.inputs.reach
	for _, z := range below.Z {
		move = max(move, below.inputs.reach+math.Abs(z)*0x1p-50)
	}
	layer.live = resize(layer.live, len(layer.Z))[:0]
	for k, z := range layer.Z {
		if !(z <= -move*largest[k]*liveSlack) { // not <: a NaN stays
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
