package tape

import (
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
)

// product is a step C = A·B of float64 matrices, m×k and k×n, with its last result.
// gonum sums each element of C by itself, in the order of k. So where elements of A
// have changed, only their rows of C need to be computed, and where elements of B have
// changed, only their columns, with the same bits.
type product struct {
	step    *step
	m, k, n int
	a, b    []float64
	c       []float64 // nil when it is not known
	ofRight bool      // the matrix that has changed is B
}

// newProduct returns a step as a product of one of its operands, which has changed.
// It is nil when the step is not a product, or gonum does not compute it.
func newProduct(s *step, operand gorgonia.Value) *product {
	if _, ok := gorgonia.WhichBLAS().(gonum.Implementation); !ok || s.leaf || !s.alloc || s.value != s.memory {
		return nil
	}
	if peek.TypeName(s.node.Op()) != "linAlgBinOp" || s.node.Op().String() != "A × B" {
		return nil
	}
	a, b, c := matrixOf(s.args[0]), matrixOf(s.args[1]), matrixOf(s.value)
	if a == nil || b == nil || c == nil || s.args[0] == s.args[1] {
		return nil
	}
	return &product{
		step: s, m: a.Shape()[0], k: a.Shape()[1], n: b.Shape()[1],
		a: a.Float64s(), b: b.Float64s(), ofRight: s.args[1] == operand,
	}
}

// matrixOf returns a value that is a float64 matrix stored row by row, else nil.
func matrixOf(v gorgonia.Value) *tensor.Dense {
	d, ok := v.(*tensor.Dense)
	if !ok || d.Dtype() != tensor.Float64 || d.Dims() != 2 || d.IsMasked() || !memory.RowMajor(d) {
		return nil
	}
	return d
}

// compute computes the step, after elements of the operand have changed.
func (p *product) compute(t *Tape, elements []int) error {
	s := p.step
	lines, size := p.lines(elements)
	m := matrixOf(s.memory)
	if p.c == nil || 2*len(lines) > size || m == nil || len(m.Float64s()) != len(p.c) || !m.Shape().Eq(s.node.Shape()) {
		if err := t.compute(s, nil); err != nil {
			return err
		}
		if m = matrixOf(s.value); m != nil && s.value == s.memory {
			p.c = append(p.c[:0], m.Float64s()...)
		} else {
			p.c = nil
		}
		return nil
	}
	var gonum gonum.Implementation
	for len(lines) > 0 {
		l, next := lines[0], 1 // adjacent lines are computed together
		for next < len(lines) && lines[next] == l+next {
			next++
		}
		if p.ofRight {
			gonum.Dgemm(blas.NoTrans, blas.NoTrans, p.m, next, p.k, 1, p.a, p.k, p.b[l:], p.n, 0, p.c[l:], p.n)
		} else {
			gonum.Dgemm(blas.NoTrans, blas.NoTrans, next, p.n, p.k, 1, p.a[l*p.k:], p.k, p.b, p.n, 0, p.c[l*p.n:], p.n)
		}
		lines = lines[next:]
	}
	copy(m.Float64s(), p.c)
	s.value, t.regs[s.out] = m, m
	return nil
}

// lines returns the columns of B, or the rows of A, that hold some elements, in
// order, and how many there are altogether.
func (p *product) lines(elements []int) (lines []int, size int) {
	for _, i := range elements {
		l := i / p.k
		if p.ofRight {
			l = i % p.n
		}
		if !slices.Contains(lines, l) {
			lines = append(lines, l)
		}
	}
	slices.Sort(lines)
	if p.ofRight {
		return lines, p.n
	}
	return lines, p.m
}
