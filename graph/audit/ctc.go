package audit

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
)

// sequences is a batch for CTCLoss: T×N×C log-probabilities and N×S labels. Of
// sequence n the first inputLengths[n] steps and targetLengths[n] labels are used.
type sequences struct {
	steps, classes int     // T and C
	labels         [][]int // N×S
	inputLengths   []int   // N
	targetLengths  []int   // N
	reduction      gorgonia.Reduction
	normalized     bool // the log-probabilities are the result of a LogSoftMax
}

func (s sequences) of() testCase { return newCase(s.expression()) }

func (s sequences) expression() (variant string, ref reference, e expression) {
	n, width := len(s.labels), len(s.labels[0])
	variant = fmt.Sprintf("%dx%dx%d, %s", s.steps, n, s.classes, reductionNames[s.reduction])
	full := slices.Repeat([]int{s.steps}, n)
	if !slices.Equal(s.inputLengths, full) || slices.Min(s.targetLengths) < width {
		variant += fmt.Sprintf(", lengths %v and %v", s.inputLengths, s.targetLengths)
	}
	x := in("x", -2, -0.5, s.steps, n, s.classes)
	loss := s.loss()
	ref = loss
	var p any = x
	if s.normalized {
		variant += ", of LogSoftMax"
		x.High = 2
		p, ref = call(gorgonia.LogSoftMax, x, 2), func(in []array) array { return loss([]array{along(2, logSoftMax)(in)}) }
	}
	return variant, ref, call(gorgonia.CTCLoss, p, integers("t", slices.Concat(s.labels...), n, width),
		integers("m", s.inputLengths, n), integers("n", s.targetLengths, n), s.reduction)
}

// loss is −log of the sum of the probabilities of all paths that collapse to the
// labels (Graves et al. 2006, equation 3). ReductionMean divides each by its number of labels and takes the
// mean over the batch, as PyTorch does.
func (s sequences) loss() reference {
	paths := make([][][]int, len(s.labels)) // of each sequence
	for n, labels := range s.labels {
		classes := slices.Repeat([]int{s.classes}, s.inputLengths[n])
		for k := range size(classes) {
			if path := index(k, classes); slices.Equal(collapse(path), labels[:s.targetLengths[n]]) {
				paths[n] = append(paths[n], path)
			}
		}
	}
	return func(in []array) array {
		total := 0.0
		for n := range paths {
			var logs []float64
			for _, path := range paths[n] {
				log := 0.0
				for t, label := range path {
					log += in[0].get(t, n, label)
				}
				logs = append(logs, log)
			}
			loss := -logSumExp(logs)
			if s.reduction == gorgonia.ReductionMean {
				loss /= float64(s.targetLengths[n] * len(s.labels))
			}
			total += loss
		}
		return array{nil, []float64{total}}
	}
}

// collapse removes repeats from a path, and then blanks, which are label 0.
func collapse(path []int) []int {
	return slices.DeleteFunc(slices.Compact(slices.Clone(path)), func(label int) bool { return label == 0 })
}

func ctc() (cases []testCase) {
	for _, reduction := range []gorgonia.Reduction{gorgonia.ReductionSum, gorgonia.ReductionMean} {
		for _, s := range []sequences{
			{steps: 2, labels: [][]int{{1, 2}}, inputLengths: []int{2}, targetLengths: []int{2}},
			{steps: 3, labels: [][]int{{1, 2}}, inputLengths: []int{3}, targetLengths: []int{2}},
			{steps: 3, labels: [][]int{{1, 1}}, inputLengths: []int{3}, targetLengths: []int{2}},
			{steps: 3, labels: [][]int{{1}}, inputLengths: []int{3}, targetLengths: []int{1}},
			{steps: 4, labels: [][]int{{1, 2}, {2, 1}}, inputLengths: []int{4, 4}, targetLengths: []int{2, 2}},
			{steps: 4, labels: [][]int{{1, 2}, {2, 1}}, inputLengths: []int{4, 3}, targetLengths: []int{2, 2}},
			{steps: 4, labels: [][]int{{1, 2}, {2, 1}}, inputLengths: []int{4, 4}, targetLengths: []int{2, 1}},
			{steps: 4, labels: [][]int{{1, 2}, {2, 1}}, inputLengths: []int{3, 4}, targetLengths: []int{1, 2}},
		} {
			s.classes, s.reduction = 3, reduction
			for _, s.normalized = range []bool{true, false} {
				c := s.of()
				if slices.Equal(s.labels[0], []int{1, 1}) {
					c.Variant += ", a label twice"
				}
				if len(s.labels[0]) == 1 {
					c.Variant += ", one label"
				}
				cases = append(cases, c)
			}
		}
	}
	return cases
}
