package report

import "math"

// smoothWindow is how many values a smoothed curve averages over: a fortieth of
// the run keeps its shape and takes out most of the noise of single batches.
func smoothWindow(n int) int { return max(1, n/40) | 1 }

// smooth returns the centred running mean over a window of odd size, which is
// narrower at both ends.
func smooth(y []float64, window int) []float64 {
	out := make([]float64, len(y))
	for i := range y {
		half := min(window/2, i, len(y)-1-i)
		sum := 0.0
		for _, v := range y[i-half : i+half+1] {
			sum += v
		}
		out[i] = sum / float64(2*half+1)
	}
	return out
}

// apart returns |a − b| / max(|a|, |b|) for each pair, 0 for two equal values.
func apart(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		if a[i] != b[i] {
			out[i] = math.Abs(a[i]-b[i]) / math.Max(math.Abs(a[i]), math.Abs(b[i]))
		}
	}
	return out
}
