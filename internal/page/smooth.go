package page

import (
	"math"
	"slices"

	"gradtwin/compare/twin"
)

// smoothWindow is how many values a smoothed curve averages over: a fortieth of
// the run keeps its shape and takes out most of the noise of single batches.
func smoothWindow(n int) int { return max(1, n/40) | 1 }

// smooth returns the centred running mean over a window of odd size. There is none
// at both ends, where the window would be cut: a mean of fewer values is noisier.
func smooth(y []float64, window int) []float64 {
	half := window / 2
	out := slices.Repeat([]float64{math.NaN()}, len(y))
	for i := half; i+half < len(y); i++ {
		sum := 0.0
		for _, v := range y[i-half : i+half+1] {
			sum += v
		}
		out[i] = sum / float64(window)
	}
	return out
}

// apart returns |a − b| / max(|a|, |b|) for each pair, 0 for two equal values.
func apart(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = twin.RelativeDifference(a[i], b[i])
	}
	return out
}
