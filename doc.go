// Package gradtwin holds the vocabulary that the two networks share: what is
// built ([Spec]), its weights ([Params]), its input ([Batch]) and where
// the randomness comes from ([Rand]).
//
// The same fully connected network is built twice: by package graph as a
// Gorgonia expression graph with symbolic gradients, and by package numeric as
// plain code whose gradients are central differences. Package compare checks
// one gradient against the other, and package compare/twin trains with both.
package gradtwin
