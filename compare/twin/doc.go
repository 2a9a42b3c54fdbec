// Package twin trains one network with two gradients and follows how far the
// runs drift apart.
//
// A Config decides a run: the network, the seed, how batches are drawn, the
// steps and the learning rate. Begin draws the initial parameters and returns
// the Sampler of its batches; Backends.Run takes every step with both backends on
// the same batch and returns the Trace of losses, times and drift. Train does
// the same with one backend.
//
//	start, sampler, err := twin.Begin(config, data)
//	...
//	both := twin.Backends{Symbolic: network, Numeric: plain}
//	copy(network.Params().Flat, start.Flat)
//	copy(plain.Params().Flat, start.Flat)
//	trace, err := both.Run(ctx, sampler, twin.Options{Test: test})
//
// At one point of a run, Differences compares two gradients tensor by tensor,
// and Pair makes the loss of one batch a function that package compare can
// check.
package twin
