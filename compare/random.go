package compare

import "math/rand/v2"

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
