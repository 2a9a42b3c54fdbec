//go:build !amd64 || purego

package simd

// Level names the instruction set that is used: results of two differ by
// rounding.
func Level() string { return "generic" }

func shift(dst, d []Group, act Activation, z, a float64)         { genericShift(dst, d, act, z, a) }
func rise(dst, delta []Group, l Layer, w []float64)              { genericRise(dst, delta, l, w) }
func product(dst, u []Group, l Layer, w []float64, live []int32) { genericProduct(dst, u, l, w, live) }
func lossOne(dst, d []Group, l Logit, delta float64)             { genericLossOne(dst, d, l, delta) }
func loss(dst, z, e []Group, classes, label int, delta float64) {
	genericLoss(dst, z, e, classes, label, delta)
}
