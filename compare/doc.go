// Package compare checks the gradient of a function against differences of its
// values.
//
// Assert in a test, and Check elsewhere, judge the gradient of any Function:
//
//	compare.Assert(t, compare.Of(loss, gradient, x)) // a Go function, as gonum's optimize.Problem holds
//	f, err := graph.Wrap(cost, w, b)                 // a Gorgonia graph
//	compare.Assert(t, f)
//
// There is no tolerance to guess. The noise of the loss and the rounding of the
// gradient are measured, and each element's bound follows from them. See Verdict
// for the rule, Mode for which elements are judged, Probed for how a tensor of
// any size is judged in a few calls and what that cannot see, and Report for the
// result.
//
// A check ends in one of three ways: the gradient passed (Report.OK), something is
// wrong (Report.Wrong), or it is not judged: the loss does not show a tensor. A
// pass states which error would have shown. Each check corrupts one value that
// passed, to prove that it can fail, and a check that could only pass is refused
// with an EmptyError.
//
// Benchmark times the loss, the gradient and a full finite-difference gradient in
// go test -bench:
//
//	func BenchmarkModel(b *testing.B) { compare.Benchmark(b, f) }
//
// One point and one shape may be luck: Options.Points checks at several, and Sweep
// at many shapes, and says what those that fail have in common.
//
// In mode Probe a gradient of 45,360 elements in six tensors takes about 90 calls of
// the loss, and some 120 more to name one wrong element. Mode Full takes two calls an element, or
// one full finite-difference gradient where the function is a Differencer.
package compare
