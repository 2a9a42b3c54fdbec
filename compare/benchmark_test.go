package compare_test

import (
	"errors"
	"flag"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/optimize/functions"

	"gradtwin/compare"
)

// counted counts what a benchmark asks of a function.
type counted struct {
	*compare.Vector
	losses, gradients int
	pause             time.Duration // of a loss
}

func (c *counted) Loss() (float64, error) {
	c.losses++
	time.Sleep(c.pause)
	return c.Vector.Loss()
}

func (c *counted) Gradient(dst []float64) error {
	c.gradients++
	return c.Vector.Gradient(dst)
}

// atOnce makes testing.Benchmark measure as shortly as it can.
func atOnce(t *testing.T) {
	t.Helper()
	f := flag.Lookup("test.benchtime")
	before := f.Value.String()
	if err := f.Value.Set("1x"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(before) })
}

func rosenbrock(x ...float64) *compare.Vector {
	p := functions.ExtendedRosenbrock{}
	return compare.Of(p.Func, p.Grad, x)
}

// A benchmark times all three, and puts the elements back. testing.Benchmark gives
// the result of none of the sub-benchmarks, so what they ask for is counted.
func TestBenchmark(t *testing.T) {
	atOnce(t)
	x := []float64{-1.2, 1, 0.5, 2}
	f := &counted{Vector: rosenbrock(x...)}
	testing.Benchmark(func(b *testing.B) { compare.Benchmark(b, f) })
	for i, want := range x {
		if got := f.At(i); got != want {
			t.Errorf("element %d is %v, want %v", i, got, want)
		}
	}
	if f.losses < 2*len(x) || f.gradients < 1 {
		t.Errorf("%d losses, %d gradients", f.losses, f.gradients)
	}
}

// A finite-difference gradient that takes long is not taken in full.
func TestBenchmarkEstimates(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a few seconds")
	}
	atOnce(t)
	f := &counted{Vector: rosenbrock(slices.Repeat([]float64{1, 2}, 2000)...), pause: time.Millisecond}
	testing.Benchmark(func(b *testing.B) { compare.Benchmark(b, f) })
	if f.losses > 4000 {
		t.Errorf("%d losses: of 8,000 in a full gradient want those of a second", f.losses)
	}
}

type failing struct{ *compare.Vector }

func (failing) Loss() (float64, error) { return 0, errors.New("no loss today") }

// An error of the function fails the benchmark.
func TestBenchmarkFails(t *testing.T) {
	atOnce(t)
	ran := false
	r := testing.Benchmark(func(b *testing.B) {
		compare.Benchmark(b, failing{rosenbrock(1, 2)})
		ran = b.Failed()
	})
	if !ran {
		t.Errorf("the benchmark did not fail: %v", r)
	}
}

// A function of gonum's, in the format of go test -bench:
//
//	go test -run '^$' -bench Rosenbrock ./compare
func BenchmarkRosenbrock(b *testing.B) {
	compare.Benchmark(b, rosenbrock(slices.Repeat([]float64{-1.2, 1}, 500)...))
}
