package rows

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"gradtwin/compare"
)

// summed is a smooth function that is a sum of many terms, added by the
// function given, which may take them in another order each time.
func summed(name string, add func(terms []float64) float64) problem {
	const n, terms = 5, 60
	w := draws(51, n*terms, 1)
	dot := func(k int, x []float64) float64 {
		v := 0.0
		for i := range n {
			v += w[k*n+i] * x[i]
		}
		return v
	}
	return problem{name: name, x: []float64{0.3, -0.2, 0.5, 0.1, -0.4},
		loss: func(x []float64) float64 {
			t := make([]float64, terms)
			for k := range t {
				t[k] = math.Log1p(square(dot(k, x)-1)) / 3
			}
			return add(t)
		},
		grad: func(g, x []float64) {
			t := make([]float64, terms)
			for i := range g {
				for k := range t {
					v := dot(k, x) - 1
					t[k] = 2 * v / (1 + v*v) / 3 * w[k*n+i]
				}
				g[i] = add(t)
			}
		}}
}

func plain(terms []float64) float64 {
	sum := 0.0
	for _, v := range terms {
		sum += v
	}
	return sum
}

// overMap adds in the order of a map.
func overMap(terms []float64) float64 {
	m := map[int]float64{}
	for k, v := range terms {
		m[k] = v
	}
	sum := 0.0
	for _, v := range m {
		sum += v
	}
	return sum
}

// parallel adds parts as the goroutines end that sum them.
func parallel(terms []float64) float64 {
	var mu sync.Mutex
	var wg sync.WaitGroup
	sum := 0.0
	for k := range 8 {
		wg.Go(func() {
			part := plain(terms[k*len(terms)/8 : (k+1)*len(terms)/8])
			mu.Lock()
			sum += part
			mu.Unlock()
		})
	}
	wg.Wait()
	return sum
}

// varying are functions whose last bits differ from run to run.
func varying() []problem {
	r := rand.New(rand.NewPCG(1, 1))
	shuffled := func(terms []float64) float64 {
		r.Shuffle(len(terms), func(i, j int) { terms[i], terms[j] = terms[j], terms[i] })
		return plain(terms)
	}
	ulps := func(n int) func(terms []float64) float64 {
		return func(terms []float64) float64 {
			sum := plain(terms)
			for range r.IntN(n + 1) {
				sum = math.Nextafter(sum, math.Inf(1))
			}
			return sum
		}
	}
	lossOnly := func(p problem, add func([]float64) float64) problem {
		p.grad = summed("", add).grad
		return p
	}
	channel := func(terms []float64) float64 {
		c := make(chan float64, 4)
		for k := range 4 {
			go func() { c <- plain(terms[k*len(terms)/4 : (k+1)*len(terms)/4]) }()
		}
		return <-c + <-c + <-c + <-c
	}
	single := summed("a shuffled sum in float32", func(terms []float64) float64 {
		r.Shuffle(len(terms), func(i, j int) { terms[i], terms[j] = terms[j], terms[i] })
		sum := float32(0)
		for _, v := range terms {
			sum += float32(v)
		}
		return float64(sum)
	})
	single.single = true
	return []problem{
		// The table's own.
		lossOnly(summed("a sum over a map", overMap), plain),
		summed("a sum over a map, the gradient too", overMap),
		// Others of the kind.
		summed("a parallel sum", parallel),
		summed("parts by a channel", channel),
		summed("a shuffled sum", shuffled),
		lossOnly(summed("a shuffled sum and a steady gradient", shuffled), plain),
		summed("one ulp", ulps(1)),
		summed("up to three ulps", ulps(3)),
		lossOnly(summed("up to five ulps of the loss", ulps(5)), plain),
		summed("a parallel sum, large", parallel).affine(1e30, 0),
		summed("a sum over a map, small", overMap).affine(1e-30, 0),
		lossOnly(summed("two sums in turn", func(terms []float64) float64 {
			if r.IntN(2) == 0 {
				return plain(terms)
			}
			return plain(terms[:len(terms)/2]) + plain(terms[len(terms)/2:])
		}), plain),
		single,
	}
}

// A loss or gradient whose last bits vary is judged, every time: of 50 where
// GRADTWIN_LONG is set.
func TestLastBits(t *testing.T) {
	often := 4
	switch {
	case testing.Short():
		often = 3
	case os.Getenv("GRADTWIN_LONG") != "":
		often = 50
	}
	for _, p := range varying() {
		for _, mode := range everyMode {
			for _, f := range []fault{nil, times(1.5)} {
				want := passed
				if f != nil {
					want = foundWrong
				}
				t.Run(fmt.Sprintf("%s/wrong %v/%v", p.name, f != nil, mode), func(t *testing.T) {
					ends := map[result]int{}
					for seed := range often {
						_, checked := p.function(f, nil)
						r, err := compare.Check(context.Background(), checked, compare.Options{Mode: mode, Seed: uint32(seed)})
						ends[resultOf(r, err)]++
					}
					if ends[want] != often {
						t.Errorf("%d checks ended as %v, want %v always", often, ends, want)
					}
				})
			}
		}
	}
}

// A loss or gradient that differs by more than its last bits is refused.
func TestRandomIsRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	var checks []check
	for _, size := range []float64{1e-3, 1e-2, 0.1, 1, 1e-4, 1e-5, 1e-6, 1e-8} {
		shaken := func(terms []float64) float64 { return plain(terms) * (1 + size*(0.5+r.Float64())) }
		p := summed(fmt.Sprintf("a loss that varies by %g", size), shaken)
		p.grad = summed("", plain).grad
		checks = append(checks, check{name: p.name, p: p, want: unsteady})
		q := summed(fmt.Sprintf("a gradient that varies by %g", size), shaken)
		q.loss = summed("", plain).loss
		checks = append(checks, check{name: q.name, p: q, want: unsteady})
	}
	calls := 0.0
	counting := summed("a loss that counts its calls", func(terms []float64) float64 {
		calls++
		return plain(terms) + calls
	})
	counting.grad = summed("", plain).grad
	dropout := summed("dropout", func(terms []float64) float64 {
		for k := range terms {
			if r.IntN(2) == 0 {
				terms[k] = 0
			}
		}
		return 2 * plain(terms)
	})
	accumulated := summed("a gradient that accumulates", plain)
	held := make([]float64, len(accumulated.x))
	once := accumulated.grad
	accumulated.grad = func(g, x []float64) {
		once(g, x)
		for i := range g {
			held[i] += g[i]
			g[i] = held[i]
		}
	}
	checks = append(checks, check{name: counting.name, p: counting, want: unsteady},
		check{name: dropout.name, p: dropout, want: unsteady},
		check{name: accumulated.name, p: accumulated, want: unsteady})
	run(t, checks)
}
