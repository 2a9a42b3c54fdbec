// Package numeric holds the network as plain code whose gradients are central
// differences of the loss: no derivative is written down anywhere.
package numeric
