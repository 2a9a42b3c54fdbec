package gradtwin

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/mathext/prng"

	"gradtwin/internal/libm"
)

// Rand draws the numbers that NumPy's legacy generator draws from the same
// seed, bit for bit: numpy.random.seed, randn and choice. The words come from
// the Mersenne Twister of Matsumoto and Nishimura (ACM TOMACS 8, 1998), the
// normals from Marsaglia's polar method (Marsaglia and Bray, SIAM Review 6,
// 1964).
//
// A Rand is not for two goroutines at once.
type Rand struct {
	mt      prng.MT19937
	kept    float64 // the pair's second normal, returned by the next call
	hasKept bool
}

// NewRand returns a generator in the state that numpy.random.seed(seed)
// leaves.
func NewRand(seed uint32) *Rand {
	r := &Rand{}
	r.mt.Seed(uint64(seed))
	return r
}

// Float64 draws from [0, 1) with 53 random bits, as random_sample does.
func (r *Rand) Float64() float64 {
	a, b := r.mt.Uint32()>>5, r.mt.Uint32()>>6
	return (float64(a)*(1<<26) + float64(b)) / (1 << 53)
}

// Normal draws from N(0, 1), as randn does.
func (r *Rand) Normal() float64 {
	if r.hasKept {
		r.hasKept = false
		return r.kept
	}
	for {
		x1 := 2*r.Float64() - 1
		x2 := 2*r.Float64() - 1
		// The conversions keep a compiler from fusing the products into the
		// sum, which would round differently on some processors.
		r2 := float64(x1*x1) + float64(x2*x2)
		if r2 >= 1 || r2 == 0 {
			continue
		}
		f := math.Sqrt(-2 * libm.Log(r2) / r2)
		r.kept, r.hasKept = f*x1, true
		return f * x2
	}
}

// Choice fills dst with numbers drawn from 0 to n−1 with replacement, as
// choice(n, len(dst)) does. It panics unless 1 <= n <= 2³².
func (r *Rand) Choice(dst []int, n int) {
	if n < 1 || n > 1<<32 {
		panic(fmt.Sprintf("gradtwin: choice from %d numbers: want 1 to 2^32", n))
	}
	last := uint32(n - 1)
	mask := uint32(1)<<bits.Len32(last) - 1
	for i := range dst {
		if last == 0 {
			dst[i] = 0 // NumPy draws no word here either
			continue
		}
		v := r.mt.Uint32() & mask
		for v > last {
			v = r.mt.Uint32() & mask
		}
		dst[i] = int(v)
	}
}

// MarshalBinary returns the generator's whole state, so that a run can go on
// from it bit for bit.
func (r *Rand) MarshalBinary() ([]byte, error) {
	state, err := r.mt.MarshalBinary()
	if err != nil {
		return nil, err
	}
	state = binary.BigEndian.AppendUint64(state, math.Float64bits(r.kept))
	if r.hasKept {
		return append(state, 1), nil
	}
	return append(state, 0), nil
}

// Sizes of the parts of a marshalled state, in bytes.
const (
	twisterBytes = (624 + 1) * 4 // 624 words and the position among them
	stateBytes   = twisterBytes + 8 + 1
)

// UnmarshalBinary restores a state that MarshalBinary returned.
func (r *Rand) UnmarshalBinary(state []byte) error {
	if len(state) != stateBytes {
		return fmt.Errorf("generator state of %d bytes: want %d", len(state), stateBytes)
	}
	if at := binary.BigEndian.Uint32(state[twisterBytes-4:]); at > 624 {
		return fmt.Errorf("generator state at word %d: want at most 624", at)
	}
	if kept := state[stateBytes-1]; kept > 1 {
		return fmt.Errorf("generator state ends in %d: want 0 or 1", kept)
	}
	kept := math.Float64frombits(binary.BigEndian.Uint64(state[twisterBytes:]))
	if kept-kept != 0 { // NaN for NaN and both infinities
		return fmt.Errorf("generator state keeps the normal %v: want a finite number", kept)
	}
	// The recurrence uses one bit of the first word. A state of zeros is its
	// fixed point: it gives zeros for ever, for which Normal would not end.
	if words := state[:twisterBytes-4]; words[0]&0x80 == 0 && !slices.ContainsFunc(words[4:],
		func(b byte) bool { return b != 0 }) {
		return errors.New("generator state of zeros")
	}
	r.kept, r.hasKept = kept, state[stateBytes-1] == 1
	return r.mt.UnmarshalBinary(state[:twisterBytes])
}
