package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"gradtwin"
)

// mlp is a small network with a squared loss and backpropagation written out,
// for tests of the checker: its gradient is right by construction.
type mlp struct {
	sizes  []int
	relu   bool
	x, y   []float64 // rows×inputs, rows×outputs
	rows   int
	layout gradtwin.Layout
	w      []float64

	z, a  [][]float64 // of each layer, rows×size
	delta [][]float64
}

func newMLP(sizes []int, relu bool, rows int, seed uint64) *mlp {
	r := rand.New(rand.NewPCG(seed, 7))
	m := &mlp{sizes: sizes, relu: relu, rows: rows}
	for l := range len(sizes) - 1 {
		n := strconv.Itoa(l + 1)
		m.layout = append(m.layout,
			gradtwin.Tensor{Name: "W" + n, Shape: []int{sizes[l], sizes[l+1]}},
			gradtwin.Tensor{Name: "b" + n, Shape: []int{sizes[l+1]}})
		for range sizes[l] * sizes[l+1] {
			m.w = append(m.w, r.NormFloat64()/math.Sqrt(float64(sizes[l])))
		}
		m.w = append(m.w, make([]float64, sizes[l+1])...)
	}
	m.x = make([]float64, rows*sizes[0])
	for i := range m.x {
		// Four inputs of five are zero, as in pictures of digits.
		if r.IntN(5) == 0 {
			m.x[i] = r.Float64()
		}
	}
	m.y = make([]float64, rows*sizes[len(sizes)-1])
	for i := range m.y {
		m.y[i] = r.NormFloat64()
	}
	m.scratch()
	return m
}

func (m *mlp) scratch() {
	m.z, m.a, m.delta = nil, nil, nil
	for _, n := range m.sizes {
		m.z = append(m.z, make([]float64, m.rows*n))
		m.a = append(m.a, make([]float64, m.rows*n))
		m.delta = append(m.delta, make([]float64, m.rows*n))
	}
	copy(m.a[0], m.x)
}

func (m *mlp) Layout() gradtwin.Layout { return m.layout }
func (m *mlp) At(i int) float64        { return m.w[i] }
func (m *mlp) Set(i int, x float64)    { m.w[i] = x }

func (m *mlp) Clone() (Function, error) {
	c := *m
	c.w = slices.Clone(m.w)
	c.scratch()
	return &c, nil
}

func (m *mlp) act(z float64) float64 {
	if m.relu {
		return math.Max(z, 0)
	}
	return math.Tanh(z)
}

func (m *mlp) slope(z float64) float64 {
	if !m.relu {
		t := math.Tanh(z)
		return 1 - t*t
	}
	if z >= 0 { // the subgradient at 0 that Gorgonia takes
		return 1
	}
	return 0
}

func (m *mlp) Loss() (float64, error) {
	at := 0
	last := len(m.sizes) - 1
	for l := range last {
		in, out := m.sizes[l], m.sizes[l+1]
		w, b := m.w[at:at+in*out], m.w[at+in*out:at+in*out+out]
		at += in*out + out
		for r := range m.rows {
			z := m.z[l+1][r*out : (r+1)*out]
			copy(z, b)
			for i, x := range m.a[l][r*in : (r+1)*in] {
				if x != 0 {
					for j, v := range w[i*out : (i+1)*out] {
						z[j] += x * v
					}
				}
			}
			for j, v := range z {
				if l+1 < last {
					v = m.act(v)
				}
				m.a[l+1][r*out+j] = v
			}
		}
	}
	sum := 0.0
	for i, y := range m.y {
		d := m.a[last][i] - y
		sum += d * d
	}
	return sum / float64(2*m.rows), nil
}

func (m *mlp) Gradient(dst []float64) error {
	if _, err := m.Loss(); err != nil {
		return err
	}
	clear(dst)
	last := len(m.sizes) - 1
	for i, y := range m.y {
		m.delta[last][i] = (m.a[last][i] - y) / float64(m.rows)
	}
	at := len(m.w)
	for l := last - 1; l >= 0; l-- {
		in, out := m.sizes[l], m.sizes[l+1]
		at -= in*out + out
		for r := range m.rows {
			delta := m.delta[l+1][r*out : (r+1)*out]
			for i, x := range m.a[l][r*in : (r+1)*in] {
				sum := 0.0
				for j, d := range delta {
					dst[at+i*out+j] += x * d
					sum += m.w[at+i*out+j] * d
				}
				if l > 0 {
					m.delta[l][r*in+i] = sum * m.slope(m.z[l][r*in+i])
				}
			}
			for j, d := range delta {
				dst[at+in*out+j] += d
			}
		}
	}
	return nil
}

// train takes steps of gradient descent.
func (m *mlp) train(steps int, lr float64) *mlp {
	g := make([]float64, len(m.w))
	for range steps {
		if err := m.Gradient(g); err != nil {
			panic(err)
		}
		for i := range g {
			m.w[i] -= lr * g[i]
		}
	}
	return m
}

// tensor returns the part of a flat vector that belongs to the named tensor.
func tensorOf(layout gradtwin.Layout, flat []float64, name string) []float64 {
	for _, t := range layout {
		if t.Name == name {
			return flat[:t.Len()]
		}
		flat = flat[t.Len():]
	}
	panic(fmt.Sprintf("no tensor %s", name))
}

// faulty is a function whose gradient is spoiled after it was computed. It
// counts the calls of Loss.
type faulty struct {
	Function
	spoil func(g []float64)
	calls int
}

func (f *faulty) Loss() (float64, error) {
	f.calls++
	return f.Function.Loss()
}

func (f *faulty) Gradient(dst []float64) error {
	err := f.Function.Gradient(dst)
	if f.spoil != nil {
		f.spoil(dst)
	}
	return err
}

// single computes in float32: elements, loss and gradient are rounded.
type single struct{ Function }

func (s single) Float32() bool { return true }

func (s single) Set(i int, x float64) { s.Function.Set(i, float64(float32(x))) }

func (s single) Loss() (float64, error) {
	f, err := s.Function.Loss()
	return float64(float32(f)), err
}

func (s single) Gradient(dst []float64) error {
	err := s.Function.Gradient(dst)
	for i, g := range dst {
		dst[i] = float64(float32(g))
	}
	return err
}
