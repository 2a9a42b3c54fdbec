package compare

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

const (
	// longDifferences is how long a full finite-difference gradient is measured;
	// what would take longer is estimated from as many elements as fit in.
	longDifferences = time.Second
	// fewestRounds and mostRounds are how often what is compared is timed, and
	// moment for how long, where once is shorter: a busy machine has undisturbed
	// moments.
	fewestRounds, mostRounds = 3, 100
	moment                   = 100 * time.Microsecond
)

// Benchmark times the function at the elements it holds, in three
// sub-benchmarks:
//
//	loss         one loss
//	gradient     one gradient
//	differences  one full finite-difference gradient: two losses an element, or the
//	             function's own engine where it is a Differencer
//
// The gradient's line says as losses/op how many losses it takes as long as. One by
// reverse accumulation costs no more than a small multiple of its function,
// whatever the number of elements, the cheap gradient principle: at most 5 times
// in operations (Baur and Strassen, "The complexity of partial derivatives",
// Theor. Comput. Sci. 22 (1983)), 3 to 4 with memory traffic counted (Griewank and
// Walther, "Evaluating Derivatives", 2nd ed., SIAM 2008, chapter 4). A gradient
// that is far above that computes something twice, or something that nobody reads.
//
// A finite-difference gradient of more than a second is estimated from the elements
// that fit in; its line then has "1 estimated". The elements are put back.
//
//	func BenchmarkModel(b *testing.B) { compare.Benchmark(b, f) }
func Benchmark(b *testing.B, f Function) {
	b.Helper()
	dst := make([]float64, f.Layout().Len())
	loss := func() error {
		_, err := f.Loss()
		return err
	}
	gradient := func() error { return f.Gradient(dst) }
	for _, one := range []struct {
		name string
		do   func() error
	}{{"loss", loss}, {"gradient", gradient}} {
		b.Run(one.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := one.do(); err != nil {
					b.Fatal(err)
				}
			}
			if one.name == "gradient" {
				times, err := fastest(gradient, loss)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(times[0]/times[1], "losses/op")
			}
		})
	}
	b.Run("differences", func(b *testing.B) {
		if len(dst) == 0 {
			b.Skip("the function has no elements")
		}
		estimated, took := false, time.Duration(0)
		for range b.N {
			began := time.Now()
			n, err := allDifferences(b.Context(), f, dst)
			if err != nil {
				b.Fatal(err)
			}
			// What is left out counts as long as what was done.
			took += time.Duration(float64(time.Since(began)) * float64(len(dst)) / float64(n))
			estimated = estimated || n < len(dst)
		}
		if estimated {
			b.ReportMetric(float64(took)/float64(b.N), "ns/op")
			b.ReportMetric(1, "estimated")
		}
	})
}

// chunkElements is how many neighboring elements are perturbed one after the other:
// it makes a function that keeps results faster.
const chunkElements = 32

// allDifferences writes the central differences of all elements to dst, or where
// all would take long those of n elements spread over the vector.
func allDifferences(ctx context.Context, f Function, dst []float64) (n int, err error) {
	if d, ok := f.(Differencer); ok {
		err := d.Differences(ctx, dst, 0, defaultStep)
		if !errors.Is(err, errors.ErrUnsupported) {
			return len(dst), err
		}
	}
	if k, ok := f.(Keeper); ok && k.Keep() == nil {
		defer func() {
			if released := k.Release(); err == nil {
				err = released
			}
		}()
	}
	began := time.Now()
	chunks := (len(dst) + chunkElements - 1) / chunkElements
	for _, chunk := range rand.New(rand.NewPCG(0, 0)).Perm(chunks) {
		for i := chunk * chunkElements; i < min((chunk+1)*chunkElements, len(dst)); i++ {
			if n > 0 && time.Since(began) >= longDifferences {
				return n, nil
			}
			if dst[i], err = centralDifference(f, i); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// centralDifference returns the central difference of element i, and puts it back.
func centralDifference(f Function, i int) (float64, error) {
	x := f.At(i)
	defer f.Set(i, x)
	h := defaultStep * moveSize(x)
	f.Set(i, x+h)
	right, err := f.Loss()
	if err != nil {
		return 0, err
	}
	f.Set(i, x-h)
	left, err := f.Loss()
	return (right - left) / (2 * h), err
}

// fastest returns the least time that each of some functions took, in ns, timed in
// turns. What disturbs a machine only adds: the least times are the most alike.
func fastest(functions ...func() error) ([]float64, error) {
	least := make([]float64, len(functions))
	began := time.Now()
	for round := 0; round < mostRounds && (round < fewestRounds || time.Since(began) < longDifferences); round++ {
		for k, f := range functions {
			took, err := timeOf(f)
			if err != nil {
				return nil, err
			}
			if round == 0 || took < least[k] {
				least[k] = took
			}
		}
	}
	return least, nil
}

// timeOf returns the mean time of a function, called for a moment, in ns.
func timeOf(f func() error) (float64, error) {
	began := time.Now()
	for n := 1.0; ; n++ {
		if err := f(); err != nil {
			return 0, err
		}
		if took := time.Since(began); took >= moment {
			return float64(took) / n, nil
		}
	}
}
