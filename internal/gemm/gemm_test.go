package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// product is one call of Dgemm or Sgemm.
type product[T float32 | float64] struct {
	tA, tB        blas.Transpose
	m, n, k       int
	alpha, beta   T
	a, b, c       []T
	lda, ldb, ldc int
}

func (p product[T]) String() string {
	return fmt.Sprintf("%c%c m=%d n=%d k=%d α=%v β=%v ld %d %d %d", p.tA, p.tB, p.m, p.n, p.k, p.alpha, p.beta, p.lda,
		p.ldb, p.ldc)
}

// random returns a product of random shapes, strides and share of zeros.
func random[T float32 | float64](r *rand.Rand) product[T] {
	size := func() int { return 1 + r.IntN([]int{3, 20, 150}[r.IntN(3)]) }
	p := product[T]{
		tA: []blas.Transpose{blas.NoTrans, blas.Trans}[r.IntN(2)],
		tB: []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans}[r.IntN(3)],
		m:  size(), n: size(), k: size(), alpha: []T{1, 1, -2.5}[r.IntN(3)], beta: []T{0, 1, 0.5}[r.IntN(3)],
	}
	matrix := func(trans blas.Transpose, rows, cols int, zeros float64) (x []T, ld int) {
		if trans != blas.NoTrans {
			rows, cols = cols, rows
		}
		ld = cols + r.IntN(2)*r.IntN(9)
		x = make([]T, (rows-1)*ld+cols) // not an element more
		for i := range x {
			if r.Float64() >= zeros {
				x[i] = T(r.NormFloat64())
			}
		}
		return x, ld
	}
	p.a, p.lda = matrix(p.tA, p.m, p.k, []float64{0, 0.5, 0.81, 1}[r.IntN(4)])
	p.b, p.ldb = matrix(p.tB, p.k, p.n, 0)
	p.c, p.ldc = matrix(blas.NoTrans, p.m, p.n, 0)
	return p
}

// run returns what an implementation leaves in C.
func (p product[T]) run(i blas.Float64Level3, j blas.Float32Level3) []T {
	c := slices.Clone(p.c)
	switch c := any(c).(type) {
	case []float64:
		i.Dgemm(p.tA, p.tB, p.m, p.n, p.k, float64(p.alpha), any(p.a).([]float64), p.lda, any(p.b).([]float64), p.ldb,
			float64(p.beta), c, p.ldc)
	case []float32:
		j.Sgemm(p.tA, p.tB, p.m, p.n, p.k, float32(p.alpha), any(p.a).([]float32), p.lda, any(p.b).([]float32), p.ldb,
			float32(p.beta), c, p.ldc)
	}
	return c
}

// bound is the largest error that two sums of the same terms may differ by:
// (k+2)·u·Σ|terms| for each.
func (p product[T]) bound(unit float64) []float64 {
	abs := func(x []T) []float64 {
		out := make([]float64, len(x))
		for i, v := range x {
			out[i] = math.Abs(float64(v))
		}
		return out
	}
	c := abs(p.c)
	gonum.Implementation{}.Dgemm(p.tA, p.tB, p.m, p.n, p.k, math.Abs(float64(p.alpha)), abs(p.a), p.lda, abs(p.b), p.ldb,
		math.Abs(float64(p.beta)), c, p.ldc)
	for i := range c {
		c[i] *= 2 * float64(p.k+2) * unit
	}
	return c
}

func testAgainstGonum[T float32 | float64](t *testing.T, unit float64) {
	atLevels(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for range 400 {
			p := random[T](r)
			want, got := p.run(gonum.Implementation{}, gonum.Implementation{}), p.run(Implementation{}, Implementation{})
			bound := p.bound(unit)
			for i := range want {
				// Between the rows of C nothing may be written.
				if i%p.ldc >= p.n {
					bound[i] = 0
				}
				if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= bound[i]) {
					t.Fatalf("%v: C[%d,%d] = %v, gonum has %v: %.2g apart, want at most %.2g", p, i/p.ldc, i%p.ldc, got[i], want[i], d,
						bound[i])
				}
			}
		}
	})
}

func TestDgemm(t *testing.T) { testAgainstGonum[float64](t, 0x1p-53) }
func TestSgemm(t *testing.T) { testAgainstGonum[float32](t, 0x1p-24) }

// More rows and columns than a tile has, either way.
func TestDgemmBlocks(t *testing.T) {
	atLevels(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		for _, tA := range []blas.Transpose{blas.NoTrans, blas.Trans} {
			p := product[float64]{tA: tA, tB: blas.NoTrans, m: 300, n: 7, k: 301, alpha: 1, lda: 301, ldb: 7, ldc: 7}
			if tA == blas.Trans {
				p.lda = 300
			}
			for _, x := range []struct {
				s *[]float64
				n int
			}{{&p.a, 300 * 301}, {&p.b, 301 * 7}, {&p.c, 300 * 7}} {
				for range x.n {
					*x.s = append(*x.s, r.NormFloat64())
				}
			}
			want, got, bound := p.run(gonum.Implementation{}, nil), p.run(Implementation{}, nil), p.bound(0x1p-53)
			for i := range want {
				if d := math.Abs(got[i] - want[i]); !(d <= bound[i]) {
					t.Fatalf("%v: C[%d] = %v, gonum has %v", p, i, got[i], want[i])
				}
			}
		}
	})
}

// What is not finite comes out as in gonum: 0·∞ is left out, but for a
// transposed right operand.
func TestDgemmNotFinite(t *testing.T) {
	atLevels(t, func(t *testing.T) {
		for _, bad := range []float64{math.NaN(), math.Inf(1)} {
			for _, tA := range []blas.Transpose{blas.NoTrans, blas.Trans} {
				for _, tB := range []blas.Transpose{blas.NoTrans, blas.Trans} {
					for place := range 4 {
						p := product[float64]{
							tA: tA, tB: tB, m: 2, n: 2, k: 2, alpha: 1, lda: 2, ldb: 2, ldc: 2,
							a: []float64{0, 1, 2, 0}, b: []float64{1, 2, 3, 4}, c: make([]float64, 4),
						}
						p.b[place] = bad
						want, got := p.run(gonum.Implementation{}, nil), p.run(Implementation{}, nil)
						p.b[place], p.a[place] = 1, bad
						want, got = append(want, p.run(gonum.Implementation{}, nil)...), append(got, p.run(Implementation{}, nil)...)
						for i := range want {
							if got[i] != want[i] && !(math.IsNaN(got[i]) && math.IsNaN(want[i])) {
								t.Fatalf("%v with %v at %d: %v, gonum has %v", p, bad, place, got, want)
							}
						}
					}
				}
			}
		}
	})
}

// Wrong arguments panic as in gonum.
func TestDgemmPanics(t *testing.T) {
	x := make([]float64, 4)
	for _, c := range []struct {
		name string
		call func()
	}{
		{"transpose", func() { Implementation{}.Dgemm('x', blas.NoTrans, 2, 2, 2, 1, x, 2, x, 2, 0, x, 2) }},
		{"lda", func() { Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, 2, 2, 2, 1, x, 1, x, 2, 0, x, 2) }},
		{"short a", func() { Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, 2, 2, 2, 1, x[:3], 2, x, 2, 0, x, 2) }},
		{"short b", func() { Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, 2, 2, 2, 1, x, 2, x[:3], 2, 0, x, 2) }},
		{"short c", func() { Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, 2, 2, 2, 1, x, 2, x, 2, 0, x[:3], 2) }},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", c.name)
				}
			}()
			c.call()
		}()
	}
}

func testCompress[T float32 | float64](t *testing.T) {
	atLevels(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		same := func(a, b T) bool { return a == b || a != a && b != b }
		for n := 1; n < 70; n++ {
			rows, ld := 1+r.IntN(4), n+r.IntN(3)
			x := make([]T, (rows-1)*ld+n) // not an element more
			for i := range x {
				x[i] = []T{0, 0, 1, T(math.Copysign(0, -1)), T(math.NaN())}[r.IntN(5)] * T(i+1)
			}
			var value []T
			var column, count []int32
			for i := range rows {
				before := len(value)
				for j, v := range x[i*ld:][:n] {
					if v != 0 {
						value, column = append(value, v), append(column, int32(j))
					}
				}
				count = append(count, int32(len(value)-before))
			}
			gotValue, gotColumn := make([]T, rows*n+slack), make([]int32, rows*n+slack)
			gotCount := make([]int32, rows)
			got := compress(gotValue, gotColumn, gotCount, x, ld, n)
			if got != len(value) || !slices.Equal(gotCount, count) || !slices.Equal(gotColumn[:got], column) ||
				!slices.EqualFunc(gotValue[:got], value, same) {
				t.Fatalf("%d rows of %d, %d apart: %v: %v at %v, %v a row, want %v at %v, %v", rows, n, ld, x,
					gotValue[:got], gotColumn[:got], gotCount, value, column, count)
			}
		}
	})
}

func TestCompress(t *testing.T) {
	t.Run("float64", testCompress[float64])
	t.Run("float32", testCompress[float32])
}
