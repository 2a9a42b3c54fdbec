package numeric

import (
	"fmt"

	"gradtwin/internal/simd"
)

// Predict writes the most probable class of each row of x, rows×inputs, to
// dst, whose length is the number of rows; any number of rows is taken. Of
// equally probable classes it is the first.
func (n *Network) Predict(dst []int, x []float64) error {
	in := n.spec.Inputs()
	if len(x) != len(dst)*in {
		return fmt.Errorf("predict: %d inputs for %d rows: want %d (%d a row)", len(x), len(dst), len(dst)*in, in)
	}
	p := newPredictor(n.model)
	for from := 0; from < len(dst); from += simd.Width {
		to := min(from+simd.Width, len(dst))
		p.predict(dst[from:to], x[from*in:to*in])
	}
	return nil
}

// predictor runs eight rows through the network at a time, one in each lane.
type predictor struct {
	*model
	live   []int32         // the inputs that are not 0 in all rows
	inputs []simd.Group    // those
	layers [2][]simd.Group // one layer's outputs, and the next one's
	zeros  []float64
}

func newPredictor(m *model) *predictor {
	p := &predictor{model: m, zeros: make([]float64, m.widest())}
	for i := range p.layers {
		p.layers[i] = make([]simd.Group, m.widest())
	}
	return p
}

// predict is Predict for at most simd.Width rows.
func (p *predictor) predict(dst []int, x []float64) {
	in := p.spec.Inputs()
	p.live, p.inputs = p.live[:0], p.inputs[:0]
	for i := range in {
		var values simd.Group
		some := false
		for row := range dst {
			v := x[row*in+i]
			values[row] = v
			some = some || v != 0
		}
		if some {
			p.live, p.inputs = append(p.live, int32(i)), append(p.inputs, values)
		}
	}
	now, live := p.inputs, p.live
	for l, size := range p.spec.Layers[1:] {
		layer := simd.Layer{Z: p.params.B(l)}
		if l < p.spec.Affine()-1 {
			layer.Act, layer.A = p.activation, p.zeros[:size]
		}
		next := p.layers[l%2][:size]
		simd.Product(next, now, layer, p.params.W(l), live)
		now, live = next, p.all[:size]
	}
	for row := range dst {
		best := 0
		for c := range now {
			if now[c][row] > now[best][row] {
				best = c
			}
		}
		dst[row] = best
	}
}
