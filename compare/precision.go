package compare

import (
	"errors"
	"fmt"
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
