//go:build amd64 && !purego

package simd

import "golang.org/x/sys/cpu"

//go:generate go run ./asm -out kernels_amd64.s -stubs kernels_amd64.go -pkg simd

// level is an instruction set that there is code for.
type level uint8

const (
	generic level = iota
	avx2          // and FMA
	avx512        // F and DQ
)

// best is the highest level that the processor has.
var best = func() level {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ:
		return avx512
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA:
		return avx2
	}
	return generic
}()

// Level names the instruction set that is used: results of two differ by
// rounding.
func Level() string { return [...]string{generic: "generic", avx2: "avx2", avx512: "avx512"}[best] }

func shift(dst, d []Group, act Activation, z, a float64) {
	switch {
	case best == generic || act == Identity:
		genericShift(dst, d, act, z, a)
	case act != ReLU:
		for g := range d {
			for p, v := range d[g] {
				dst[g][p] = z + v
			}
		}
		squash(dst, act, &a, 1)
	case best == avx512:
		shiftReLUAVX512(&dst[0], &d[0], len(d), z, a)
	default:
		shiftReLUAVX2(&dst[0], &d[0], len(d), z, a)
	}
}

func rise(dst, delta []Group, l Layer, w []float64) {
	n := len(l.Live)
	squashed := l.Act == Sigmoid || l.Act == Tanh
	if best == generic || squashed && n < len(l.Z) {
		genericRise(dst, delta, l, w)
		return
	}
	switch {
	case l.Act == ReLU && best == avx512:
		riseReLUAVX512(&dst[0], &delta[0], &l.Z[0], &l.A[0], &w[0], &l.Live[0], len(delta), n)
	case l.Act == ReLU:
		riseReLUAVX2(&dst[0], &delta[0], &l.Z[0], &l.A[0], &w[0], &l.Live[0], len(delta), n)
	case best == avx512:
		riseIdentityAVX512(&dst[0], &delta[0], &l.Z[0], nil, &w[0], &l.Live[0], len(delta), n)
	default:
		riseIdentityAVX2(&dst[0], &delta[0], &l.Z[0], nil, &w[0], &l.Live[0], len(delta), n)
	}
	if squashed {
		squash(dst, l.Act, &l.A[0], n)
	}
}

func product(dst, u []Group, l Layer, w []float64, live []int32) {
	m, n := len(live), len(l.Z)
	if best == generic || m == 0 {
		genericProduct(dst, u, l, w, live)
		return
	}
	groups := len(dst) / n
	switch {
	case l.Act == ReLU && best == avx512:
		productReLUAVX512(&dst[0], &u[0], &l.Z[0], &l.A[0], &w[0], &live[0], groups, m, n)
	case l.Act == ReLU:
		productReLUAVX2(&dst[0], &u[0], &l.Z[0], &l.A[0], &w[0], &live[0], groups, m, n)
	case best == avx512:
		productIdentityAVX512(&dst[0], &u[0], &l.Z[0], nil, &w[0], &live[0], groups, m, n)
	default:
		productIdentityAVX2(&dst[0], &u[0], &l.Z[0], nil, &w[0], &live[0], groups, m, n)
	}
	if l.Act == Sigmoid || l.Act == Tanh {
		squash(dst, l.Act, &l.A[0], n)
	}
}

// squash replaces n units' inputs in each group by their activations minus a.
func squash(x []Group, act Activation, a *float64, n int) {
	groups := len(x) / n
	switch {
	case act == Sigmoid && best == avx512:
		sigmoidAVX512(&x[0], a, groups, n)
	case act == Sigmoid:
		sigmoidAVX2(&x[0], a, groups, n)
	case best == avx512:
		tanhAVX512(&x[0], a, groups, n)
	default:
		tanhAVX2(&x[0], a, groups, n)
	}
}

func loss(dst, z, e []Group, classes, label int, delta float64) {
	switch best {
	case avx512:
		lossAVX512(&dst[0], &z[0], &e[0], len(dst), classes, label, delta)
	case avx2:
		lossAVX2(&dst[0], &z[0], &e[0], len(dst), classes, label, delta)
	default:
		genericLoss(dst, z, e, classes, label, delta)
	}
}

func lossOne(dst, d []Group, l Logit, delta float64) {
	switch best {
	case avx512:
		lossOneAVX512(&dst[0], &d[0], len(d), l.Z, l.Others, l.Label, delta)
	case avx2:
		lossOneAVX2(&dst[0], &d[0], len(d), l.Z, l.Others, l.Label, delta)
	default:
		genericLossOne(dst, d, l, delta)
	}
}
