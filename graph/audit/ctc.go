package audit

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
)

// sequences is a batch for CTCLoss: log-probabilities of T×N×C, of which the
// first steps count for each sequence, and of labels N×S the first ones.
type sequences struct {
	steps, classes int     // T and C
	labels         [][]int // N×S
	inputLengths   []int   // N
	targetLengths  []int   // N
	reduction      gorgonia.Reduction
	normalized     bool // the log-probabilities are those of a LogSoftMax
}

func (s sequences) of() Case {
	n := len(s.labels)
	name := map[gorgonia.Reduction]string{
		gorgonia.ReductionSum: "ReductionSum", gorgonia.ReductionMean: "ReductionMean",
	}[s.reduction]
	variant := fmt.Sprintf("%dx%dx%d, %s", s.steps, n, s.classes, name)
	integers := func(name string, shape []int, values ...int) Input {
		in := Input{Name: name, Shape: shape, Type: "int"}
		for _, v := range values {
			in.Values = append(in.Values, float64(v))
		}
		return in
	}
	full := slices.Repeat([]int{s.steps}, n)
	if !slices.Equal(s.inputLengths, full) || slices.Min(s.targetLengths) < len(s.labels[0]) {
		variant += fmt.Sprintf(", lengths %v and %v", s.inputLengths, s.targetLengths)
	}
	c := Case{Op: "CTCLoss", Variant: variant, Code: "gorgonia.CTCLoss(x, t, m, n, gorgonia." + name + ")",
		In: []Input{in("x", -2, -0.5, s.steps, n, s.classes),
			integers("t", []int{n, len(s.labels[0])}, slices.Concat(s.labels...)...),
			integers("m", []int{n}, s.inputLengths...), integers("n", []int{n}, s.targetLengths...)},
		Ref: s.loss,
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.CTCLoss(in[0], in[1], in[2], in[3], s.reduction)
		}}
	if s.normalized {
		c.Variant += ", of LogSoftMax"
		c.In[0].High = 2
		c.Code = "gorgonia.CTCLoss(gorgonia.Must(gorgonia.LogSoftMax(x, 2)), t, m, n, gorgonia." + name + ")"
		c.Ref = func(in []Array) Array { return s.loss([]Array{along(2, logSoftMax)(in)}) }
		c.Build = func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			p, err := gorgonia.LogSoftMax(in[0], 2)
			if err != nil {
				return nil, err
			}
			return gorgonia.CTCLoss(p, in[1], in[2], in[3], s.reduction)
		}
	}
	return c
}

// loss is −log of the sum of the probabilities of all paths that give the
// labels once repeats and blanks, label 0, are left out (Graves et al. 2006,
// equation 3). ReductionMean divides each by its number of labels and takes the
// mean over the batch, as PyTorch does.
func (s sequences) loss(in []Array) Array {
	total := 0.0
	for n, labels := range s.labels {
		labels = labels[:s.targetLengths[n]]
		steps := s.inputLengths[n]
		var logs []float64
		for k := range int(math.Pow(float64(s.classes), float64(steps))) {
			path := index(k, slices.Repeat([]int{s.classes}, steps))
			if !slices.Equal(collapse(path), labels) {
				continue
			}
			log := 0.0
			for t, label := range path {
				log += in[0].get(t, n, label)
			}
			logs = append(logs, log)
		}
		loss := -logSumExp(logs)
		if s.reduction == gorgonia.ReductionMean {
			loss /= float64(len(labels) * len(s.labels))
		}
		total += loss
	}
	return Array{nil, []float64{total}}
}

// collapse leaves repeats and then blanks out of a path.
func collapse(path []int) []int {
	return slices.DeleteFunc(slices.Compact(slices.Clone(path)), func(label int) bool { return label == 0 })
}

func ctc() []Case {
	var cases []Case
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
