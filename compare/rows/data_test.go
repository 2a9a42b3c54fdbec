package rows

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gradtwin"
)

// draws returns n numbers of the size given, normally distributed and drawn
// from the seed.
func draws(seed uint64, n int, size float64) []float64 {
	r := rand.New(rand.NewPCG(seed, 77))
	x := make([]float64, n)
	for i := range x {
		x[i] = size * r.NormFloat64()
	}
	return x
}

// network is a fully connected network with a squared error as its loss.
type network struct {
	rows   int
	layers []int // inputs, hidden units, outputs
	inputs []float64
	wanted []float64
	unit   func(t *tape, a num) num
}

func newNetwork(seed uint64, rows int, unit func(t *tape, a num) num, layers ...int) network {
	return network{rows: rows, layers: layers, unit: unit,
		inputs: draws(seed+1000, rows*layers[0], 1), wanted: draws(seed+2000, rows*layers[len(layers)-1], 1)}
}

func (n network) layout() gradtwin.Layout {
	var l gradtwin.Layout
	for k, inputs := range n.layers[:len(n.layers)-1] {
		l = append(l, gradtwin.Tensor{Name: fmt.Sprintf("W%d", k+1), Shape: []int{inputs, n.layers[k+1]}},
			gradtwin.Tensor{Name: fmt.Sprintf("b%d", k+1), Shape: []int{n.layers[k+1]}})
	}
	return l
}

// weights are drawn by the usual rule, the biases too.
func (n network) weights(seed uint64) []float64 {
	var x []float64
	for k, tensor := range n.layout() {
		x = append(x, draws(seed+uint64(k), tensor.Len(), 1/math.Sqrt(float64(n.layers[k/2])))...)
	}
	return x
}

// loss is the mean of the squared errors of all outputs.
func (n network) loss(t *tape, x []num) num {
	a := t.inputs(n.inputs)
	for k, inputs := range n.layers[:len(n.layers)-1] {
		outputs := n.layers[k+1]
		w, b := x[:inputs*outputs], x[inputs*outputs:(inputs+1)*outputs]
		x = x[(inputs+1)*outputs:]
		a = t.product(a, w, n.rows, inputs, outputs)
		for i := range a {
			a[i] = t.add(a[i], b[i%outputs])
		}
		if k+2 < len(n.layers) {
			a = t.each(func(v num) num { return n.unit(t, v) }, a)
		}
	}
	for i, y := range n.wanted {
		a[i] = t.square(t.sub(a[i], t.constant(y)))
	}
	return t.scale(1/float64(len(a)), t.sum(a))
}

func relu(t *tape, a num) num { return t.relu(a) }
func tanh(t *tape, a num) num { return t.tanh(a) }
