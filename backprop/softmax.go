package backprop

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// softmaxWithLoss is the last layer: the softmax y of the logits z, and the
// cross-entropy loss L = −(1/B) Σ t·ln(y + δ) over a batch of B rows.
type softmaxWithLoss struct {
	delta float64

	labels []int // the last batch's
	y, dz  mat.Dense
}

// forward returns the loss of the logits z, rows×classes.
func (l *softmaxWithLoss) forward(z *mat.Dense, labels []int) float64 {
	l.labels = labels
	l.y.CloneFrom(z)
	sum := 0.0
	for r, c := range labels {
		y := l.y.RawRowView(r)
		softmax(y)
		sum -= math.Log(y[c] + l.delta)
	}
	return sum / float64(len(labels))
}

// softmax replaces a row of logits by e^z / Σ e^z. Subtracting the largest logit
// first changes nothing in the quotient, and no exponential overflows.
func softmax(row []float64) {
	floats.AddConst(-floats.Max(row), row)
	for j, v := range row {
		row[j] = math.Exp(v)
	}
	floats.Scale(1/floats.Sum(row), row)
}

// backward returns ∂L/∂z. A row of class c adds −ln(y_c + δ)/B to the loss, and
// the softmax has ∂y_c/∂z_j = y_c·(t_j − y_j), so
//
//	∂L/∂z_j = −1/B · 1/(y_c + δ) · y_c·(t_j − y_j) = (y_j − t_j)/B · y_c/(y_c + δ)
//
// The book has δ in its loss and (y − t)/B here, which is right for δ = 0.
func (l *softmaxWithLoss) backward() *mat.Dense {
	l.dz.CloneFrom(&l.y)
	rows := float64(len(l.labels))
	for r, c := range l.labels {
		dz := l.dz.RawRowView(r)
		scale := 1 / rows
		if l.delta > 0 { // without, y_c/y_c is 1, also where y_c underflows to 0
			scale *= dz[c] / (dz[c] + l.delta)
		}
		dz[c]-- // y − t
		floats.Scale(scale, dz)
	}
	return &l.dz
}
