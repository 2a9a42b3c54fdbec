package gemm

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// A left operand that is kept gives the bits of Dgemm, either way round, for more
// than a tile too, and again for another matrix.
func TestLeft(t *testing.T) {
	atLevels(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		random := func(n int, zeros float64) []float64 {
			x := make([]float64, n)
			for i := range x {
				if r.Float64() >= zeros {
					x[i] = r.NormFloat64()
				}
			}
			return x
		}
		var left Left[float64]
		for i, c := range []struct{ rows, cols, n int }{{1, 1, 1}, {10, 784, 50}, {300, 700, 7}, {3, 9, 130}, {40, 30, 53}} {
			a := random(c.rows*c.cols, []float64{0, 0.8, 0.8, 1, 0.5}[i])
			left.Set(a, c.rows, c.cols)
			for _, trans := range []bool{false, true, false} {
				m, k, tA := c.rows, c.cols, blas.NoTrans
				if trans {
					m, k, tA = k, m, blas.Trans
				}
				b := random(k*c.n, 0)
				want, got := random(m*c.n, 0), random(m*c.n, 0)
				Implementation{}.Dgemm(tA, blas.NoTrans, m, c.n, k, 1, a, c.cols, b, c.n, 0, want, c.n)
				done := left.Multiply(trans, c.n, b, c.n, got, c.n)
				if done != fast() {
					t.Fatalf("%+v, transposed %v: computed: %v, want %v", c, trans, done, fast())
				}
				if done && !slices.Equal(got, want) {
					t.Errorf("%+v, transposed %v: other bits than Dgemm's", c, trans)
				}
			}
			if left.Multiply(false, c.n, nil, c.n, nil, c.n) {
				t.Error("computed with no right operand")
			}
		}
	})
}
