package numeric_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"gradtwin/numeric"
)

// The differences of some elements have the bits they have among all, in
// whatever part of the network the elements lie, also where one change of an
// element that was not asked for is large enough for other code to compute it.
func TestDifferencesOfSome(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 7))
	inside := 0
	for n := range 150 {
		s, p, b := randomCase(r)
		if n%3 == 0 {
			// One weight, of value 0, moves its logit by more than simd.LogitReach.
			i, row, out := r.IntN(s.Inputs()), r.IntN(b.Len()), s.Layers[1]
			clear(p.W(0)[i*out : (i+1)*out])
			b.X[row*s.Inputs()+i] = 6e4
		}
		const h = 1e-3
		whole := make([]float64, len(p.Flat))
		for _, engine := range engines() {
			net := newNetwork(t, s, numeric.Options{Engine: engine, Workers: 1 + r.IntN(3)})
			copy(net.Params().Flat, p.Flat)
			if err := net.Differences(context.Background(), whole, 0, b, h); err != nil {
				t.Fatal(err)
			}
			from := r.IntN(len(whole) + 1)
			some := make([]float64, r.IntN(len(whole)-from+1))
			if err := net.Differences(context.Background(), some, from, b, h); err != nil {
				t.Fatal(err)
			}
			want := whole[from:][:len(some)]
			if !slices.EqualFunc(some, want, same) {
				t.Errorf("%v, %v, elements %d to %d of %d:\n%v, want\n%v", engine, s, from, from+len(some), len(whole), some, want)
			}
			if len(some) > 0 && len(some) < len(whole) && slices.Max(want) > 0 {
				inside++
			}
		}
	}
	if inside < 150 {
		t.Errorf("%d of 300 parts say anything", inside)
	}
}
