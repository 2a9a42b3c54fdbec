// Package simd computes a network's upper layers for eight inputs at once,
// one in each lane of a [Group]: what the incremental difference engine does
// for eight perturbations together.
//
// Values of many units are stored unit by unit, each a Group; several groups
// stand one after the other, as [group][unit]Group flattened. Functions that
// compute a layer work on changes: Δ of a unit is its activation in the lane
// minus its activation without any perturbation. W·(a + Δ) = W·a + W·Δ is an
// identity, so nothing is approximated, and the rounding is that of the small
// terms.
package simd

import "fmt"

// Shift sets dst[g] = act(z + d[g]) − a: the change of one unit's activation
// when its input changes by d. With Identity, that is z + d − a.
func Shift(dst, d []Group, act Activation, z, a float64) {
	dst = dst[:len(d)]
	if len(d) > 0 {
		shift(dst, d, act, z, a)
	}
}

// Rise computes the layer above one changed unit: for each group g and each
// q-th live unit k,
//
//	dst[g·n + q] = act(Z[k] + delta[g]·w[k]) − A[k]
//
// where n is the number of live units and w the weights from the changed unit.
// With Identity nothing is subtracted.
func Rise(dst, delta []Group, l Layer, w []float64) {
	n := len(l.Live)
	l.check("Rise", len(w))
	dst = dst[:len(delta)*n]
	if len(dst) > 0 {
		rise(dst, delta, l, w)
	}
}

// Product computes a whole layer above changed units: for each group g and
// each unit c,
//
//	dst[g·n + c] = act(Z[c] + Σ_q u[g·m + q]·w[live[q]·n + c]) − A[c]
//
// where n is the number of units of the layer, m the length of live, and w the
// weights, row-major. With Identity nothing is subtracted. The layer's own
// Live is not used.
func Product(dst, u []Group, l Layer, w []float64, live []int32) {
	m, n := len(live), len(l.Z)
	groups := len(dst) / n
	if len(dst) != groups*n || len(u) != groups*m || len(w)%n != 0 {
		panic(fmt.Sprintf("simd: Product of %d groups by %d weights into %d", len(u), len(w), len(dst)))
	}
	if m > 0 && (live[0] < 0 || int(live[m-1]) >= len(w)/n) {
		panic(fmt.Sprintf("simd: Product: units %d to %d of %d", live[0], live[m-1], len(w)/n))
	}
	if l.Act != Identity && len(l.A) != n {
		panic(fmt.Sprintf("simd: Product: %d activations of %d units", len(l.A), n))
	}
	if groups > 0 {
		product(dst, u, l, w, live)
	}
}

// Loss sets dst[g] to the row's loss −ln(y + delta), y being the softmax of
// the logits z[g·classes : (g+1)·classes] at the label. It overwrites e, as
// long as z. Where y is below e⁻⁷⁰⁰ and delta too, it is only said that the
// loss is above 700.
func Loss(dst, z, e []Group, classes, label int, delta float64) {
	if len(z) != len(dst)*classes || len(e) < len(z) || label < 0 || label >= classes {
		panic(fmt.Sprintf("simd: Loss of %d logits, %d classes, into %d groups", len(z), classes, len(dst)))
	}
	if len(dst) > 0 {
		loss(dst, z, e, classes, label, delta)
	}
}

// LossOne sets dst[g] to the row's loss −ln(y + delta) when one logit changes
// by d[g], for changes of at most LogitReach. Where the loss is above 700 it
// is only said that it is.
func LossOne(dst, d []Group, l Logit, delta float64) {
	dst = dst[:len(d)]
	if len(d) > 0 {
		lossOne(dst, d, l, delta)
	}
}

func (l Layer) check(who string, weights int) {
	n := len(l.Live)
	if n > 0 && (l.Live[0] < 0 || int(l.Live[n-1]) >= min(len(l.Z), weights)) {
		panic(fmt.Sprintf("simd: %s: units %d to %d of %d", who, l.Live[0], l.Live[n-1], min(len(l.Z), weights)))
	}
	if l.Act != Identity && len(l.A) != len(l.Z) {
		panic(fmt.Sprintf("simd: %s: %d activations of %d units", who, len(l.A), len(l.Z)))
	}
}
