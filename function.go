package gradtwin

// Function is a scalar loss of named parameters together with the gradient
// that is to be checked. Anything that has both can be checked: graph.Wrap
// makes one of a Gorgonia graph, compare.Of one of a Go function.
type Function interface {
	// Layout names the parameters and gives their shapes. Elements are
	// counted through all tensors in this order.
	Layout() Layout
	// At returns element i as the function holds it.
	At(i int) float64
	// Set changes element i to x, rounded to what the function can hold: a
	// float32 graph holds float32(x), and At tells.
	Set(i int, x float64)
	// Loss returns the loss at the present elements.
	Loss() (float64, error)
	// Gradient writes the gradient at the present elements to dst, which has
	// Layout().Len() elements.
	Gradient(dst []float64) error
}

// Fault is something of a checked function that is known to go wrong, whether a
// check of its gradient can see it or not.
type Fault struct {
	Node    string `json:"node"`              // where, as the function's user calls it
	Problem string `json:"problem"`           // what is wrong there
	Instead string `json:"instead,omitempty"` // what is right in its place, empty when nothing is known
}
