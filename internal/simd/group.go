package simd

// Width is the number of lanes.
const Width = 8

// Group is one number in each lane.
type Group = [Width]float64

// Activation is the function that a layer's units apply.
type Activation uint8

// The activations.
const (
	Identity Activation = iota
	ReLU
	Sigmoid
	Tanh
)

// Layer is one row's state without any perturbation, and the units that take
// part.
type Layer struct {
	Act  Activation
	Z    []float64 // each unit's input to the activation
	A    []float64 // each unit's activation; unused with Identity
	Live []int32   // the units that can change, in rising order
}

// Logit is the state of a row of logits of which one changes: relative to the
// row's maximum, so that no exponential overflows.
type Logit struct {
	Z      float64 // the changed logit minus the row's maximum
	Others float64 // Σ e^(z − maximum) over the other logits
	Label  float64 // e^(z − maximum) of the label; −1 when the label's is the changed one
}

// LogitReach is the largest change of a logit that LossOne takes. What lies
// e⁻⁷⁰⁰ below the row's maximum counts as 0 there; after a change of this size
// it is still e⁻⁶⁵⁰ below.
const LogitReach = 50
