// Package golden reads the networks that NumPy computed, for tests.
package golden

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"gradtwin"
)

// Case is one network of testdata/network.json.
type Case struct {
	Layers        []int
	Activation    gradtwin.Activation
	Delta         float64
	Params        []float64
	X             []float64
	Labels        []int
	Probabilities []float64
	Loss          float64
	Gradient      []float64
	Gradient0     []float64 `json:"gradient_delta_0"`
	Central       []float64 `json:"central_1e-4"`
}

func (c Case) String() string { return fmt.Sprintf("%v %v", c.Layers, c.Activation) }

// Spec returns the network's spec.
func (c Case) Spec() gradtwin.Spec {
	return gradtwin.Spec{Layers: c.Layers, Activation: c.Activation, Delta: c.Delta}
}

// Batch returns the input batch.
func (c Case) Batch() gradtwin.Batch { return gradtwin.Batch{X: c.X, Labels: c.Labels} }

// Networks returns the cases of the file at path, of which there is at least
// one.
func Networks(t testing.TB, path string) []Case {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Cases []Case }
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Cases) == 0 {
		t.Fatal("no golden cases")
	}
	return f.Cases
}
