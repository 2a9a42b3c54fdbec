// Package numeric holds the network as plain code whose gradients are central
// differences of the loss: no derivative is written down anywhere.
//
// There are two engines. Plain runs the whole network twice for each
// parameter, as the experiment does. Incremental computes the same two losses
// for each parameter but skips the work that cannot change them:
//
//   - The loss is a mean over rows, and a row's loss depends on that row alone.
//     So the losses f(θ+h) and f(θ−h) are computed, and subtracted, row by row.
//   - A weight W[i,j] acts on a row only through the input z[j] of its unit,
//     which changes by ±h·a[i]. A row with a[i] = 0 keeps its loss, and its
//     difference is 0.
//   - Two weights of one unit whose inputs a[i] are equal change the row in the
//     same way, and a bias changes it as a weight with the input 1 would: such
//     losses are computed once. In MNIST most pixels share their value with
//     others of the row.
//   - A ReLU unit that is dead at z, z+h·a and z−h·a puts out 0 each time: the
//     difference is 0. This also leaves out units of the layer above that are
//     dead under every change.
//   - The layers below the weight, and the other units of its layer, are not
//     reached by the change; their values are those of the row's ordinary
//     forward pass. The next layer's inputs are the old ones plus the unit's
//     change times its weights. The layers above that one are computed in full,
//     for eight changes of one unit at once.
//   - A weight of the last affine layer changes one logit, so one of the
//     softmax's exponentials.
//
// Each of the two losses is exact up to rounding; nothing is linearized, and
// no function's derivative is used.
package numeric
