package numeric

import (
	"slices"

	"gradtwin"
	"gradtwin/internal/simd"
)

// model is the network as what computes in lanes sees it, the same from call to call.
type model struct {
	spec       gradtwin.Spec
	activation simd.Activation
	params     *gradtwin.Params
	forward    *forward
	units      []unit  // of all layers
	all        []int32 // the numbers from 0 to the widest layer's size
	chunk      int     // groups of changes computed together
}

// unit is one unit of a layer, whose column stands at an offset in columns.
type unit struct{ layer, number, offset int }

// chunkBytes is the memory of the widest layer under a chunk of changes. With
// half of its units dead, two such layers fit into a first-level data cache of
// 48 KiB; smaller chunks cost more in calls than they gain. A chunk of fewer
// than minChunk groups would read a wide layer's weights too often.
const (
	chunkBytes = 48 << 10
	minChunk   = 4
)

func newModel(f *forward) *model {
	s := f.spec
	m := &model{
		spec: s,
		activation: [...]simd.Activation{gradtwin.ReLU: simd.ReLU, gradtwin.Sigmoid: simd.Sigmoid,
			gradtwin.Tanh: simd.Tanh}[s.Activation],
		params:  f.params,
		forward: f,
	}
	at := 0
	for l := range s.Affine() {
		for j := range s.Layers[l+1] {
			m.units = append(m.units, unit{l, j, at})
			at += s.Layers[l] + 1
		}
	}
	widest := m.widest()
	for k := range widest {
		m.all = append(m.all, int32(k))
	}
	m.chunk = max(chunkBytes/(widest*simd.Width*8), minChunk)
	return m
}

// widest returns the size of the largest affine layer.
func (m *model) widest() int { return slices.Max(m.spec.Layers[1:]) }
