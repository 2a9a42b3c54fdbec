package rows

import (
	"fmt"
	"testing"

	"gradtwin/compare"
)

// nested is a network at a point where units stand exactly at their corner, for
// all rows or for some.
type nested struct {
	name    string
	n       network
	weights []float64
}

// zeroUnits clears the weights into some units of the first layer, and the
// biases of that layer.
func zeroUnits(name string, n network, units ...int) nested {
	w := n.weights(5)
	inputs, outputs := n.layers[0], n.layers[1]
	for _, j := range units {
		for i := range inputs {
			w[i*outputs+j] = 0
		}
	}
	clear(w[inputs*outputs : (inputs+1)*outputs])
	return nested{name, n, w}
}

// zeroRows clears some rows of the inputs, and all biases.
func zeroRows(name string, n network, rows ...int) nested {
	w := n.weights(9)
	for _, r := range rows {
		clear(n.inputs[r*n.layers[0] : (r+1)*n.layers[0]])
	}
	at := 0
	for _, tensor := range n.layout() {
		if len(tensor.Shape) == 1 {
			clear(w[at : at+tensor.Len()])
		}
		at += tensor.Len()
	}
	return nested{name, n, w}
}

// quarters rounds weights and inputs to multiples of a quarter, so that sums
// are exactly zero now and then.
func quarters(name string, n network) nested {
	w := n.weights(3)
	for _, list := range [][]float64{w, n.inputs} {
		for i, v := range list {
			list[i] = float64(int(2*v)) / 4
		}
	}
	return nested{name, n, w}
}

func nests() []nested {
	positive := newNetwork(4, 5, relu, 4, 5, 2)
	for i, v := range positive.inputs {
		positive.inputs[i] = max(v, -v)
	}
	one := newNetwork(6, 1, relu, 3, 4, 1)
	all := newNetwork(8, 4, relu, 3, 4, 2)
	dead := zeroUnits("a unit that feeds nothing", newNetwork(12, 4, relu, 3, 4, 2), 1)
	clear(dead.weights[4*4+2 : 4*4+4]) // the row of W2 that leaves unit 1
	return []nested{
		zeroUnits("two zero units", newNetwork(1, 6, relu, 4, 5, 2), 0, 3),
		zeroUnits("zero units of positive inputs", positive, 1),
		zeroUnits("a zero unit of one row", one, 2),
		zeroUnits("all units zero", all, 0, 1, 2, 3),
		dead,
		zeroRows("one zero row", newNetwork(2, 5, relu, 4, 5, 2), 1),
		zeroRows("two zero rows", newNetwork(3, 5, relu, 4, 6, 3), 0, 4),
		zeroRows("all rows zero", newNetwork(5, 3, relu, 3, 4, 2), 0, 1, 2),
		zeroRows("zero rows of three layers", newNetwork(7, 4, relu, 3, 4, 4, 2), 0, 2),
		zeroUnits("zero units of three layers", newNetwork(9, 4, relu, 3, 4, 4, 2), 1, 2),
		quarters("multiples of a quarter", newNetwork(10, 6, relu, 5, 6, 3)),
		quarters("multiples of a quarter, three layers", newNetwork(11, 6, relu, 5, 6, 5, 3)),
	}
}

func (n nested) problem(atZero float64) problem {
	p := traced(fmt.Sprintf("%s/relu'(0) of %g", n.name, atZero), n.n.layout(), n.weights, atZero, n.n.loss)
	return p
}

// At the corners of a network every convention for relu'(0) is right by the
// rules of automatic differentiation, also where it is no slope of the loss.
// One far outside shows.
func TestNestedCorners(t *testing.T) {
	var checks []check
	for _, n := range nests() {
		for _, atZero := range []float64{0, 0.5, 1} {
			p := n.problem(atZero)
			g := make([]float64, len(p.x))
			p.grad(g, p.x)
			checks = append(checks, check{name: p.name, p: p, want: orEmpty(passed, g...)},
				check{name: p.name + " strict", p: p, want: orEmpty(passed, g...) | notJudged,
					options: compare.Options{Strict: true}})
		}
		right := n.problem(0)
		if g := make([]float64, len(right.x)); n.moves(right, g) {
			for _, atZero := range []float64{10, -5, 1000} {
				p := n.problem(atZero)
				checks = append(checks, check{name: p.name, p: p, want: foundWrong})
			}
		}
	}
	run(t, checks)
}

// moves reports whether the gradient depends on relu'(0) at all.
func (n nested) moves(right problem, g []float64) bool {
	right.grad(g, right.x)
	h := make([]float64, len(g))
	other := n.problem(1)
	other.grad(h, other.x)
	for i := range g {
		if g[i] != h[i] {
			return true
		}
	}
	return false
}

// Beside the corners a wrong gradient of the same networks shows.
func TestNestedCornersBesideFaults(t *testing.T) {
	var checks []check
	for _, n := range nests() {
		p := n.problem(1)
		last := len(p.x) - 1 // a bias of the last layer, which no corner touches
		for what, f := range map[string]fault{"everything times 3": times(3), "the last bias times 1.01": timesAt(last, 1.01),
			"the last bias times -1": timesAt(last, -1)} {
			checks = append(checks, check{name: n.name + "/" + what, p: p, fault: f, want: foundWrong})
		}
	}
	run(t, checks)
}
