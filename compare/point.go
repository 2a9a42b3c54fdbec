package compare

import "gradtwin"

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
	far float64
	// near is that over moves shorter than a billionth of each element, which is
	// less where noise varies over longer moves only.
	near     float64
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
