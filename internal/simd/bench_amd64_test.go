//go:build amd64 && !purego

package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gradtwin/internal/cputime"
)

var levelNames = map[level]string{generic: "generic", avx2: "avx2", avx512: "avx512"}

// atEachLevel runs a benchmark for each instruction set, from the best to
// plain Go.
func atEachLevel(b *testing.B, f func(b *testing.B)) {
	top := best
	defer func() { best = top }()
	for l := int(top); l >= int(generic); l-- {
		best = level(l)
		b.Run("isa="+levelNames[best], f)
	}
}

func reportFlops(b *testing.B, perOp float64) {
	b.ReportMetric(perOp*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

// BenchmarkCeiling measures the processor's limit: fused multiply-adds on
// registers, nothing else. One counts as two operations.
func BenchmarkCeiling(b *testing.B) {
	atEachLevel(b, func(b *testing.B) {
		const loops, perLoop = 20000, 24 * Width * 2
		var x Group
		fma := map[level]func(n int, x *Group){avx2: fmaAVX2, avx512: fmaAVX512}[best]
		if fma == nil {
			b.Skip("plain Go has no vectors")
		}
		clock := cputime.New()
		for b.Loop() {
			clock.Start()
			fma(loops, &x)
			clock.Stop()
		}
		b.ReportMetric(loops*perLoop/clock.Median().Seconds()/1e9, "GFLOP/s-of-cpu")
	})
}

// What the assembly does for one class and for one loss: counted in package
// asm, a fused multiply-add as two.
const (
	expFlops = 33 // with the maximum, the difference to it, and the sum
	logFlops = 40 // with the quotient and δ
)

// The functions on the shapes of the experiment's network, with half of the
// units live: a chunk of four groups.

const groups = 4

func BenchmarkRise(b *testing.B) {
	atEachLevel(b, func(b *testing.B) {
		r := rand.New(rand.NewPCG(1, 6))
		l := randomLayer(r, ReLU, 100, false)
		delta, w, dst := randomGroups(r, groups), random(r, 100), make([]Group, groups*len(l.Live))
		for b.Loop() {
			Rise(dst, delta, l, w)
		}
		reportFlops(b, float64(groups*len(l.Live)*Width*4))
	})
}

func BenchmarkProduct(b *testing.B) {
	for _, n := range []int{10, 100} {
		b.Run(fmt.Sprintf("units=%d", n), func(b *testing.B) {
			atEachLevel(b, func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 7))
				live := randomLayer(r, Identity, 100, false).Live
				l := randomLayer(r, Identity, n, true)
				u, w, dst := randomGroups(r, groups*len(live)), random(r, 100*n), make([]Group, groups*n)
				for b.Loop() {
					Product(dst, u, l, w, live)
				}
				reportFlops(b, float64(groups*n*Width*(2*len(live)+1)))
			})
		})
	}
}

func BenchmarkLoss(b *testing.B) {
	atEachLevel(b, func(b *testing.B) {
		r := rand.New(rand.NewPCG(1, 8))
		z, e, dst := randomGroups(r, groups*10), make([]Group, groups*10), make([]Group, groups)
		for b.Loop() {
			Loss(dst, z, e, 10, 3, 1e-7)
		}
		reportFlops(b, float64(groups*Width*(10*expFlops+logFlops)))
	})
}
