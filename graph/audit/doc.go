// Package audit checks every operation of Gorgonia's public API against central
// differences, and reports which are wrong and what to use instead.
//
// A case is an operation with one choice of shapes and settings, its variant, as
// SoftMax of 2×3 along axis 1. Its result y is made a scalar, the cost Σ w·y with a
// fixed weight for each element. A case is run in several cells: on the tape machine
// and on the Lisp machine, with inputs that are leaves of the graph, computed, used
// twice, or float32. The verdict of a cell compares y with plain Go, and the
// gradient of the cost with central differences of the same cost in plain Go, on two
// draws of the inputs' values. A row is a case with the outcomes of its cells.
//
// Some operations panic in a goroutine that Gorgonia starts, where nothing can
// recover it. Run therefore runs all cells in worker processes.
package audit

//go:generate go run gradtwin/cmd/gradtwin audit --markdown ../../docs
