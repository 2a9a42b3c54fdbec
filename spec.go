package gradtwin

import (
	"fmt"

	"gradtwin/internal/enum"
)

// Activation is the function between two affine layers, applied to each
// element.
type Activation uint8

// The activations.
const (
	ReLU    Activation = iota // max(0, x)
	Sigmoid                   // 1 / (1 + e^−x)
	Tanh                      // tanh x
)

var activations = enum.New[Activation]("activation", "relu", "sigmoid", "tanh")

// String returns the activation's name as UnmarshalText reads it.
func (a Activation) String() string { return activations.Of(a) }

// MarshalText implements encoding.TextMarshaler.
func (a Activation) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It reads the name of an activation:
// relu, sigmoid or tanh.
func (a *Activation) UnmarshalText(text []byte) error { return activations.Read(a, text) }

// Spec says which network to build: affine layers with an activation between
// them, a softmax at the end, and the cross-entropy loss
//
//	L = −(1/B) Σ t·ln(y + δ)
//
// over a batch of B rows, where y is the softmax's output and t the one-hot
// label.
type Spec struct {
	// Layers holds the sizes from the input to the output: 784, 50, 100, 10 is
	// a network of three affine layers. At least two, each at least 1.
	Layers []int `json:"layers"`
	// Activation stands behind every affine layer but the last.
	Activation Activation `json:"activation"`
	// Delta is the δ inside the logarithm. It keeps the loss finite; 0 gives
	// the plain cross-entropy.
	Delta float64 `json:"delta"`
}

// Experiment returns the network of the experiment that the project starts
// from: 784-50-100-10, ReLU, δ = 1e-7.
func Experiment() Spec {
	return Spec{Layers: []int{784, 50, 100, 10}, Activation: ReLU, Delta: 1e-7}
}

// maxParams bounds a network to what a flat vector can hold in memory on a
// large machine (2³¹ float64 are 16 GiB), so that a slip in the layer sizes is
// an error and not an out-of-memory kill.
const maxParams = 1 << 31

// Validate reports what is wrong with the spec, if anything is.
func (s Spec) Validate() error {
	if len(s.Layers) < 2 {
		return fmt.Errorf("layers %v: want at least an input and an output size", s.Layers)
	}
	total := 0
	for i, n := range s.Layers {
		if n < 1 || n > maxParams {
			return fmt.Errorf("layers %v: size %d at position %d: want 1 to %d", s.Layers, n, i, maxParams)
		}
		if i > 0 {
			total += (s.Layers[i-1] + 1) * n
			if total > maxParams {
				return fmt.Errorf("layers %v: more than %d parameters", s.Layers, maxParams)
			}
		}
	}
	if err := activations.Check(s.Activation); err != nil {
		return err
	}
	if !(s.Delta >= 0 && s.Delta < 1) {
		return fmt.Errorf("delta %v: want 0 <= delta < 1", s.Delta)
	}
	return nil
}

// Affine returns the number of affine layers.
func (s Spec) Affine() int { return len(s.Layers) - 1 }

// Smooth reports whether the loss has a derivative everywhere: it has kinks where
// ReLU stands between two affine layers.
func (s Spec) Smooth() bool { return s.Activation != ReLU || s.Affine() < 2 }

// Inputs returns the number of inputs a row has.
func (s Spec) Inputs() int { return s.Layers[0] }

// Classes returns the number of outputs a row has.
func (s Spec) Classes() int { return s.Layers[len(s.Layers)-1] }

// NumParams returns the number of weights and biases together.
func (s Spec) NumParams() int {
	n := 0
	for l := range s.Affine() {
		n += (s.Layers[l] + 1) * s.Layers[l+1]
	}
	return n
}
