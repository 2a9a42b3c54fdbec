// Package models_test checks models at the structure that Gorgonia's users give
// them, in small sizes, each as it trains: with its own Grad, dropout, random
// nodes and batch normalization in training mode.
package models_test

import (
	"testing"

	"gradtwin/compare"
	"gradtwin/graph"
)

var models = []struct {
	name  string
	build func() (*graph.Wrapped, error)
}{
	{"convnet with max pooling and dropout", convnet},
	{"convnet with batch normalization", normalizedConvnet},
	{"U-Net", unet},
	{"character LSTM with an embedding by slices", charLSTM},
	{"GRU, sequence to sequence", sequenceToSequence},
	{"embedding by indices", embedding},
	{"denoising autoencoder", denoisingAutoencoder},
	{"variational autoencoder", variationalAutoencoder},
	{"sigmoid classifier", sigmoidClassifier},
	{"softmax regression", softmaxRegression},
	{"logistic regression with a scalar bias", logisticRegression},
	{"deep Q-learning", qNetwork},
	{"policy and value net with residual blocks", policyValueNet},
	{"proximal policy optimization", clippedPolicy},
	{"GAN, the generator", ganGenerator},
	{"GAN, the discriminator", ganDiscriminator},
	{"zero initial weights", zeroWeights},
}

func TestModels(t *testing.T) {
	for _, m := range models {
		t.Run(m.name, func(t *testing.T) {
			w, err := m.build()
			if err != nil {
				t.Fatal(err)
			}
			report, err := compare.Check(t.Context(), w, compare.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !report.OK() {
				t.Errorf("the gradient is found wrong: %+v", report.Tensors)
			}
			if found := w.Faults(); len(found) > 0 {
				t.Errorf("faults %+v: want none", found)
			}
		})
	}
}
