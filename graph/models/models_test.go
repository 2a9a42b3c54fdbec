// Package models_test checks models at the structure that Gorgonia's users give
// them, in small sizes, each as it trains: with its own Grad, dropout, random
// nodes and batch normalization in training mode.
package models_test

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"gorgonia.org/gorgonia"

	"gradtwin/compare"
	"gradtwin/graph"
)

// models are the programs, each with what its user writes to have it checked: a
// call of package graph. An error and a call of compare.Assert follow.
var models = []struct {
	name  string
	build func() program
	wrap  func(p program) (*graph.Wrapped, error)
}{
	{"convnet with max pooling and dropout", convnet, wrapInputs},
	{"convnet with batch normalization", normalizedConvnet, wrapInputs},
	{"U-Net", unet, wrapInputs},
	{"character LSTM with an embedding by slices", charLSTM, wrapModel},
	{"GRU, sequence to sequence", sequenceToSequence, wrapInputs},
	{"embedding by indices", embedding, wrapInputs},
	{"denoising autoencoder", denoisingAutoencoder, wrapInputs},
	{"variational autoencoder", variationalAutoencoder, wrapInputs},
	{"sigmoid classifier", sigmoidClassifier, wrapInputs},
	{"softmax regression", softmaxRegression, wrapInputs},
	{"logistic regression with a scalar bias", logisticRegression, wrapInputs},
	{"deep Q-learning", qNetwork, wrapGraph},
	{"policy and value net with residual blocks", policyValueNet, wrapModel},
	{"proximal policy optimization", clippedPolicy, wrapInputs},
	{"GAN, the generator", ganGenerator, wrapInputs},
	{"GAN, the discriminator", ganDiscriminator, wrapInputs},
	{"zero initial weights", zeroWeights, wrapInputs},
}

// wrapInputs is for who has the cost and the inputs to learn.
func wrapInputs(p program) (*graph.Wrapped, error) { return graph.Wrap(p.cost, p.learn...) }

// wrapModel is for who has them as solvers take them.
func wrapModel(p program) (*graph.Wrapped, error) {
	return graph.WrapModel(p.cost, gorgonia.NodesToValueGrads(p.learn))
}

// wrapGraph is for who has the graph alone, as of a library's model.
func wrapGraph(p program) (*graph.Wrapped, error) { return graph.WrapGraph(p.g) }

// Every model passes as it is, on default options, and a wrong gradient would
// have shown in nearly all that are not 0.
func TestModels(t *testing.T) {
	table := "\n"
	for _, m := range models {
		t.Run(m.name, func(t *testing.T) {
			w, err := m.wrap(m.build())
			if err != nil {
				t.Fatal(err)
			}
			peak := watchHeap()
			report, err := compare.Check(t.Context(), w, compare.Options{})
			memory := peak()
			if err != nil {
				t.Fatal(err)
			}
			if !report.OK() {
				t.Errorf("the gradient is found wrong: %v", report)
			}
			if found := w.Faults(); len(found) > 0 {
				t.Errorf("faults %+v: want none", found)
			}
			nonzero, seen := 0, 0
			for k, elements := range nonzeros(t, w) {
				for _, e := range elements {
					nonzero++
					if r := report.Tensors[k].Resolution; r > 0 && 2*math.Abs(e.g) > r {
						seen++ // its sign, if it were wrong
					}
				}
			}
			if 100*seen < 99*nonzero || nonzero == 0 {
				t.Errorf("%d of %d gradients that are not 0 are seen: want 99 %%", seen, nonzero)
			}
			verdict, _, _ := strings.Cut(report.String(), " ")
			table += fmt.Sprintf("%-44s %-7s %-4s %5d parameters, %5d gradients not 0, %5d seen; %4d calls, %5.2f s, %4.1f MB\n",
				m.name, precision(w), verdict, report.Total, nonzero, seen, report.Calls, report.Seconds, float64(memory)/1e6)
		})
	}
	t.Log(table)
}

func precision(w *graph.Wrapped) string {
	if w.Float32() {
		return "float32"
	}
	return "float64"
}

// element is one of a gradient.
type element struct {
	flat int
	g    float64
}

// nonzeros returns each tensor's gradients that are not 0, the largest first.
func nonzeros(t *testing.T, w *graph.Wrapped) [][]element {
	layout := w.Layout()
	g := make([]float64, layout.Len())
	if err := w.Gradient(g); err != nil {
		t.Fatal(err)
	}
	out, from := make([][]element, len(layout)), 0
	for k, one := range layout {
		for i, v := range g[from : from+one.Len()] {
			if v != 0 {
				out[k] = append(out[k], element{from + i, v})
			}
		}
		slices.SortStableFunc(out[k], func(a, b element) int { return cmp.Compare(math.Abs(b.g), math.Abs(a.g)) })
		from += one.Len()
	}
	return out
}

// watchHeap returns a function that ends the watch and returns how much memory
// objects took meanwhile at most, of what was seen every millisecond.
func watchHeap() func() uint64 {
	runtime.GC()
	done, most := make(chan bool), make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		peak := uint64(0)
		for watching := true; watching; {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			select {
			case <-tick.C:
			case <-done:
				watching = false
			}
		}
		most <- peak
	}()
	return func() uint64 {
		close(done)
		return <-most
	}
}
