package compare

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// experimentMLP has the shapes of the experiment's network: 45,360 parameters.
func experimentMLP() *mlp { return newMLP([]int{784, 50, 100, 10}, true, 10, 8) }

// largeMLP is that where GRADTWIN_LONG is set, and else a quarter of it.
func largeMLP() *mlp {
	if os.Getenv("GRADTWIN_LONG") != "" {
		return experimentMLP()
	}
	return newMLP([]int{196, 50, 30, 10}, true, 10, 8)
}

func argmax(x []float64) int {
	largest := 0
	for i := range x {
		if math.Abs(x[i]) > math.Abs(x[largest]) {
			largest = i
		}
	}
	return largest
}

// The faults that a checker of single random directions, or one with a fixed
// tolerance, is known to pass, and the usual mistakes.
var plantedFaults = []struct {
	name   string
	tensor string // the first that is wrong
	// single is true when one element is wrong.
	single    bool
	spoil     func(m *mlp, g []float64)
	diagnosis string
}{
	{"largest element of W1 with the sign flipped", "W1", true, func(m *mlp, g []float64) {
		w := tensorOf(m.layout, g, "W1")
		w[argmax(w)] *= -1
	}, ""},
	{"one element off by a hundredth of the largest", "W2", true, func(m *mlp, g []float64) {
		w := tensorOf(m.layout, g, "W2")
		w[len(w)/3] += math.Abs(w[argmax(w)]) / 100
	}, ""},
	{"W1 shuffled", "W1", false, func(m *mlp, g []float64) {
		w := tensorOf(m.layout, g, "W1")
		slices.Reverse(w)
	}, ""},
	{"W1 times 1.01", "W1", false, func(m *mlp, g []float64) { scale(tensorOf(m.layout, g, "W1"), 1.01) },
		"W1: every element has 1.01 times the numeric value"},
	{"W1 times 1.0005", "W1", false, func(m *mlp, g []float64) { scale(tensorOf(m.layout, g, "W1"), 1.0005) },
		"W1: every element has 1.0005 times the numeric value"},
	{"divided by the batch once more", "W1", false, func(m *mlp, g []float64) { scale(g, 1/float64(m.rows)) },
		"one division by"},
	{"sign", "W1", false, func(m *mlp, g []float64) { scale(g, -1) },
		"W1, b1, W2, b2, W3, b3: every element has -1 times the numeric value: a sign error"},
	{"accumulated twice", "b2", false, func(m *mlp, g []float64) { scale(tensorOf(m.layout, g, "b2"), 2) },
		"b2: every element has 2 times the numeric value: a gradient accumulated over two runs would give this"},
	{"all zero", "W1", false, func(m *mlp, g []float64) { clear(g) }, "all zero: the gradient does not reach it"},
	{"W2 zero", "W2", false, func(m *mlp, g []float64) { clear(tensorOf(m.layout, g, "W2")) },
		"W2: all zero: the gradient does not reach it"},
	{"W2 transposed", "W2", false, func(m *mlp, g []float64) {
		w := tensorOf(m.layout, g, "W2")
		copy(w, transposed(w, m.sizes[2], m.sizes[1]))
	}, "W2: transposed"},
	{"two elements swapped", "W3", false, func(m *mlp, g []float64) {
		w := tensorOf(m.layout, g, "W3")
		i := argmax(w)
		j := (i + 7) % len(w)
		w[i], w[j] = w[j], w[i]
	}, ""},
	{"a row of W3 left out", "W3", false, func(m *mlp, g []float64) {
		w, n := tensorOf(m.layout, g, "W3"), m.sizes[3]
		row := argmax(w) / n
		clear(w[row*n : (row+1)*n])
	}, "W3: zero where the loss moves"},
}

func scale(x []float64, by float64) {
	for i := range x {
		x[i] *= by
	}
}

func TestProbeFindsFaults(t *testing.T) {
	for _, net := range []struct {
		name  string
		m     *mlp
		steps int
	}{
		{"large", largeMLP(), 0},
		{"large, trained", largeMLP(), 60},
		{"small, trained", newMLP([]int{12, 9, 7, 4}, true, 5, 3), 400},
		{"small, smooth, trained", newMLP([]int{12, 9, 7, 4}, false, 5, 3), 400},
	} {
		if len(net.m.w) > 10000 && (testing.Short() || net.steps == 0 && os.Getenv("GRADTWIN_LONG") == "") {
			continue
		}
		net.m.train(net.steps, 0.05)
		for _, mode := range []Mode{Probe, Full} {
			if len(net.m.w) > 10000 && mode == Full {
				continue
			}
			for _, fault := range plantedFaults {
				f := &faulty{Function: net.m, spoil: func(g []float64) { fault.spoil(net.m, g) }}
				r := mustCheck(t, f, Options{Mode: mode, Seed: 5})
				name := net.name + ", " + mode.String() + ", " + fault.name
				if r.OK() {
					t.Errorf("%s: passed\n%s", name, r)
					continue
				}
				var wrong []string
				for _, tr := range r.Tensors {
					if tr.wrong() {
						wrong = append(wrong, tr.Tensor.Name)
					}
				}
				if wrong[0] != fault.tensor {
					t.Errorf("%s: %v wrong, want %s\n%s", name, wrong, fault.tensor, r)
				}
				if fault.single && (r.Counts.Wrong != 1 || mode == Probe && r.Calls > 400) {
					t.Errorf("%s: %d elements named in %d calls\n%s", name, r.Counts.Wrong, r.Calls, r)
				}
				if !strings.Contains(r.Diagnosis, fault.diagnosis) {
					t.Errorf("%s: diagnosis %q, want %q\n%s", name, r.Diagnosis, fault.diagnosis, r)
				}
				if fault.single && strings.Contains(r.Diagnosis, "every element") {
					t.Errorf("%s: one wrong element and diagnosis %q", name, r.Diagnosis)
				}
				t.Logf("%s: %d named, %d calls: %s", name, r.Counts.Wrong, r.Calls, r.Diagnosis)
			}
		}
	}
}

// A right gradient of 45,360 elements is certified in at most 100 loss calls.
func TestProbeCertifies(t *testing.T) {
	for _, steps := range []int{0, 60} {
		if steps > 0 && testing.Short() {
			continue
		}
		m := experimentMLP().train(steps, 0.05)
		seeds := uint32(2)
		if os.Getenv("GRADTWIN_LONG") != "" {
			seeds = 5
		}
		for seed := range seeds {
			f := &faulty{Function: m}
			r := mustCheck(t, f, Options{Mode: Probe, Seed: seed, Strict: true})
			if !r.OK() || r.Certified != 45360 || !r.Control.Caught || f.calls > 100 || r.Calls != f.calls {
				t.Errorf("%d steps, seed %d: %d calls\n%s", steps, seed, f.calls, r)
			}
		}
	}
}

// Wherever the wrong element is, it is the one that is named.
func TestProbeNamesTheElement(t *testing.T) {
	m := largeMLP()
	most := 0
	tries := 3
	switch {
	case testing.Short():
		tries = 1
	case os.Getenv("GRADTWIN_LONG") != "":
		tries = 20
	}
	for n := range tries {
		i := (n*9973 + 17) % len(m.w)
		f := &faulty{Function: m, spoil: func(g []float64) { g[i] += 1e-3 }}
		r := mustCheck(t, f, Options{Mode: Probe, Seed: uint32(n)})
		if r.Counts.Wrong != 1 || r.Worst[0].Flat != i || f.calls > 400 {
			t.Errorf("element %d: %d calls\n%s", i, f.calls, r)
		}
		most = max(most, f.calls)
	}
	t.Logf("at most %d loss calls", most)
}

// A point where every unit of every row sits on its kink: all weights zero but
// those of the last layer's bias.
func TestProbeOnKinks(t *testing.T) {
	for _, zero := range []string{"W1", "W2"} {
		m := newMLP([]int{30, 20, 12, 4}, true, 6, 2)
		clear(tensorOf(m.layout, m.w, zero))
		for _, mode := range []Mode{Probe, Full, Sample, Auto} {
			r := mustCheck(t, m, Options{Mode: mode})
			if !r.OK() || r.Counts.Inconclusive > 0 {
				t.Errorf("%s zero, %v:\n%s", zero, mode, r)
			}
			t.Logf("%s zero, %v: %+v, %d certified", zero, mode, r.Counts, r.Certified)
			f := &faulty{Function: m, spoil: func(g []float64) {
				w := tensorOf(m.layout, g, "W3")
				scale(w, 1.1)
				scale(tensorOf(m.layout, g, "b3"), -1)
			}}
			if r := mustCheck(t, f, Options{Mode: mode}); r.OK() || r.Counts.Wrong == 0 {
				t.Errorf("%s zero, %v: b3 of the wrong sign passes\n%s", zero, mode, r)
			}
		}
	}
}

// Where the kinks of two layers meet, because the weights of the first are 0 and so are
// the biases, the gradient of relu'(0) = 1 is a valid one, and three times that of an
// element is none. That the units of both layers are on together is seen only where the
// biases of the second move further than what the first gives it.
func TestKinksOfTwoLayers(t *testing.T) {
	seeds := uint64(4)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		m := newMLP([]int{40, 30, 12, 5}, true, 6, seed)
		clear(tensorOf(m.layout, m.w, "W1"))
		if r := mustCheck(t, m, Options{Mode: Full}); !r.OK() {
			t.Errorf("seed %d:\n%s", seed, r)
		}
		g := make([]float64, len(m.w))
		if err := m.Gradient(g); err != nil {
			t.Fatal(err)
		}
		at := argmax(tensorOf(m.layout, g, "W1"))
		f := &faulty{Function: m, spoil: func(g []float64) {
			w := tensorOf(m.layout, g, "W1")
			w[at] *= 3
		}}
		if r := mustCheck(t, f, Options{Mode: Full}); r.Counts.Wrong != 1 {
			t.Errorf("seed %d, an element times 3: %d wrong\n%s", seed, r.Counts.Wrong, r)
		}
	}
}

func TestProbeRefusesEmpty(t *testing.T) {
	m := newMLP([]int{30, 20, 12, 4}, true, 6, 2)
	clear(m.w)
	clear(m.y)
	for _, mode := range []Mode{Probe, Full, Sample, Auto} {
		if r, err := Check(t.Context(), m, Options{Mode: mode}); err == nil && (r.OK() || r.Wrong()) {
			t.Errorf("%v: neither an error nor not judged:\n%s", mode, r)
		}
	}
}

func TestTransposed(t *testing.T) {
	// The gradient 2×3 [1 2 3; 4 5 6], laid out as its transpose 3×2.
	if got := transposed([]float64{1, 4, 2, 5, 3, 6}, 2, 3); !slices.Equal(got, []float64{1, 2, 3, 4, 5, 6}) {
		t.Errorf("%v", got)
	}
}
