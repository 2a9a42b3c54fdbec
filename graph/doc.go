// Package graph builds the network as a Gorgonia expression graph of stock
// operations, with gradients from gorgonia.Grad ([New]), and makes a function
// that can be checked of any node of any other Gorgonia graph ([Wrap],
// [WrapModel], [WrapGraph]), or of a step of training around it ([WrapStep]).
//
// The network of New runs Gorgonia's graph, and its gradient's, with matrix
// products, a softmax and an update of this module's own, for speed. [NewStock]
// is the same network with nothing but Gorgonia.
package graph

// Gorgonia asserts that the garbage collector does not move objects, and the
// release of the assertion that it asks for panics on newer Go.
import _ "go4.org/unsafe/assume-no-moving-gc"
