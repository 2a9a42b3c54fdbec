// Package backprop provides the fully connected network with backpropagation
// written by hand: every derivative stands in the code as a formula, in the
// words of chapter 5 of Koki Saitoh, "Deep Learning from Scratch" (O'Reilly
// Japan, 2016).
//
// A network is a chain of layers. On the way forward each layer computes its
// output and keeps what its derivative needs; on the way back it turns the
// derivative of the loss with respect to its output into that with respect to
// its input, which is the chain rule:
//
//	∂L/∂x = ∂L/∂y · ∂y/∂x
//
// Rows of a matrix are rows of the batch, so x is rows×inputs:
//
//	layer          forward                   backward, d = ∂L/∂(the layer's output)
//	affine         z = x·W + b               ∂L/∂W = xᵀ·d,  ∂L/∂b = Σ rows of d,  ∂L/∂x = d·Wᵀ
//	relu           y = max(0, z)             ∂L/∂z = d where z > 0, else 0
//	sigmoid        y = 1/(1 + e^−z)          ∂L/∂z = d·y·(1 − y)
//	tanh           y = tanh z                ∂L/∂z = d·(1 − y²)
//	softmax, loss  y = e^z / Σ e^z           ∂L/∂z = (y − t)/B · y_c/(y_c + δ)
//	               L = −(1/B) Σ t·ln(y + δ)
//
// where t is the one-hot label, c the label's class and B the number of rows.
//
// Package graph leaves the way back to Gorgonia, package numeric does without
// it; this package is there to be read beside them.
package backprop
