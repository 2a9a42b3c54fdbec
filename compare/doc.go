// Package compare checks the gradient of a function against differences of its
// values.
//
// Assert in a test, and Check elsewhere, judge the gradient of any Function by
// differences of its loss. There is no tolerance to guess: the noise of the
// loss is measured, and a difference counts that stands out of it. See Verdict
// for the rule, Mode for what is judged, Probed for how a tensor of any size is
// judged in a few calls and what that cannot see, and Report for what comes of
// it.
//
// A gradient of 45,360 elements takes about 70 calls of the loss in mode Probe,
// 170 to name one wrong element among them, and two calls an element in mode
// Full, or one whole numerical gradient where the function is a Differencer.
//
// A check that could only pass is refused, and each check spoils one value that
// it found right, to be sure that it would have noticed.
package compare
