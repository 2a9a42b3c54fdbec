package compare

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gradtwin"
)

// Precision says what was judged.
type Precision string

// The precisions of a check.
const (
	// Double is a float64 function.
	Double Precision = "float64"
	// Mixed is a float32 function that was rebuilt in float64: its formula is
	// judged there, and its float32 gradient is compared with the float64 one.
	Mixed Precision = "float32, judged in float64"
	// Single is a float32 function that could not be rebuilt: the noise of its
	// loss decides.
	Single Precision = "float32"
)

// Unit roundoffs of the two precisions.
const (
	doubleRoundoff = 0x1p-53
	singleRoundoff = 0x1p-24
	// roundingOf is the standard deviation of one rounding in unit roundoffs, of a
	// value just above a power of two: 1/√3.
	roundingOf = 0.5773502691896258
)

// isSingle reports whether a function says that it computes in float32.
func isSingle(f Function) bool {
	n, ok := f.(Narrow)
	return ok && n.Float32()
}

// widen returns the float64 form of a function in float32, to be judged in its
// place; nil of a function in float64. Where there is none, the error says why.
func widen(f Function) (Function, error) {
	if !isSingle(f) {
		return nil, nil
	}
	w, ok := f.(Widener)
	if !ok {
		return nil, errors.New("the function has no Float64")
	}
	wide, err := w.Float64()
	if err != nil {
		return nil, err
	}
	if a, b := f.Layout().Len(), wide.Layout().Len(); a != b {
		return nil, fmt.Errorf("its float64 form has %d elements: want %d", b, a)
	}
	return wide, nil
}

// place is where the function stands: the point to check, or one beside it.
type place struct {
	x []float64 // the elements, as the function holds them
	f float64   // the loss
	g []float64 // the gradient that is being judged
}

// point is the point to check and what was measured there. Nothing in it
// changes once measure has returned.
type point struct {
	place
	layout    gradtwin.Layout
	offsets   []int     // of each tensor, and the end of the last
	largest   []float64 // of each tensor: the largest |g|
	scale     []float64 // of each tensor: the mean |x| of the elements that are not 0
	seed      uint32
	noise     lossNoise
	firstStep float64         // the first step for an element of size up to 1
	rounding  []float64       // of each element of g: how far its own rounding may take it
	narrow    *narrowGradient // of a function in float32 that is judged in float64
	single    bool            // the function says that it computes in float32
}

// lossNoise is the noise ε of the loss, the standard deviation of its rounding.
type lossNoise struct {
	// long is that over moves of any length, and short over moves shorter than a
	// billionth of each element, which is less where noise varies over longer moves only.
	long, short float64

	lossSize float64 // the largest |loss| where it was measured
	chaotic  bool    // it could not be measured
}

// narrowGradient is the float32 gradient of a function that is judged in float64.
type narrowGradient struct {
	g     []float64 // the float32 gradient
	bound []float64 // of each element: what |float32 − float64| may be
	wrong []int     // the elements beyond it
}

// roundoff is the unit roundoff of the loss and of the elements.
func (p *point) roundoff() float64 {
	if p.single && p.narrow == nil {
		return singleRoundoff
	}
	return doubleRoundoff
}

// interval returns the elements of tensor k as [from, to).
func (p *point) interval(k int) (from, to int) { return p.offsets[k], p.offsets[k+1] }

// indices returns the elements of tensor k.
func (p *point) indices(k int) []int {
	from, to := p.interval(k)
	index := make([]int, to-from)
	for j := range index {
		index[j] = from + j
	}
	return index
}

// moveSize is what a move of an element is relative to: 1 for small ones.
func moveSize(x float64) float64 { return max(1, math.Abs(x)) }

// meanSize returns the mean magnitude of the elements that are not 0.
func meanSize(x []float64) float64 {
	n, mean := 0.0, 0.0
	for _, v := range x {
		if v != 0 {
			n++
			mean += (math.Abs(v) - mean) / n
		}
	}
	return mean
}

// largestOf returns the largest magnitude.
func largestOf(g []float64) float64 {
	most := 0.0
	for _, v := range g {
		most = max(most, math.Abs(v))
	}
	return most
}

// purpose distinguishes the streams of random numbers.
type purpose uint64

const (
	purposeNoise purpose = iota
	purposeSpacing
	purposeSample
	purposeDirection
	purposeBeside
	purposeRounding
	purposeNeighbor
	purposeDiagnosis
	purposeTaylor
	purposePoint
	purposeUnseen
)

// random returns the generator for the n-th use of a purpose in tensor k.
func random(seed uint32, p purpose, k, n int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed)<<8|uint64(p), uint64(k)<<32|uint64(n)))
}
