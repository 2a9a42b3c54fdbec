package backprop

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"gradtwin"
)

// activation is a layer that applies one function to each element, y = f(z).
type activation struct {
	f func(z float64) float64
	// slope is f′(z), written with y = f(z) alone.
	slope func(y float64) float64

	y, dz mat.Dense
}

func newActivation(a gradtwin.Activation) *activation {
	switch a {
	case gradtwin.Sigmoid:
		return &activation{f: sigmoid, slope: sigmoidSlope}
	case gradtwin.Tanh:
		return &activation{f: math.Tanh, slope: tanhSlope}
	default:
		return &activation{f: relu, slope: reluSlope}
	}
}

// forward returns f of each element of z.
func (l *activation) forward(z *mat.Dense) *mat.Dense {
	l.y.Reset()
	l.y.Apply(func(_, _ int, v float64) float64 { return l.f(v) }, z)
	return &l.y
}

// backward returns ∂L/∂z = d·f′(z) from d = ∂L/∂y, element by element.
func (l *activation) backward(d *mat.Dense) *mat.Dense {
	l.dz.Reset()
	l.dz.Apply(func(r, c int, v float64) float64 { return v * l.slope(l.y.At(r, c)) }, d)
	return &l.dz
}

func relu(z float64) float64 { return max(0, z) }

// reluSlope is 1 where the unit is on, which its output says, and 0 where it is
// off. At z = 0 there is no derivative: the slope is 0 on the left and 1 on the
// right. The book takes 0, Gorgonia 1; both are subgradients.
func reluSlope(y float64) float64 {
	if y > 0 {
		return 1
	}
	return 0
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// sigmoidSlope is e^−z/(1 + e^−z)², which is y·(1 − y).
func sigmoidSlope(y float64) float64 { return y * (1 - y) }

// tanhSlope is 1 − tanh² z.
func tanhSlope(y float64) float64 { return 1 - y*y }
