package graph_test

import (
	"regexp"
	"slices"
	"testing"

	"gonum.org/v1/gonum/graph/encoding/dot"
	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"

	"gradtwin"
	"gradtwin/graph"
)

// The DOT text is read back: a graph without cycles with all nodes, whose
// leaves are the network's inputs.
func TestDot(t *testing.T) {
	n := newNetwork(t, gradtwin.Spec{Layers: []int{4, 3, 2}, Delta: 1e-7}, 5, graph.Options{})
	text, err := n.Dot()
	if err != nil {
		t.Fatal(err)
	}
	g := simple.NewDirectedGraph()
	if err := dot.Unmarshal(text, g); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	forward, backward := n.Nodes()
	if got := g.Nodes().Len(); got != forward+backward || forward == 0 || backward == 0 {
		t.Errorf("%d nodes, want %d + %d", got, forward, backward)
	}
	if _, err := topo.Sort(g); err != nil {
		t.Errorf("cycles: %v", err)
	}
	// x, ones, t, W1, b1, W2, b2.
	if got := len(regexp.MustCompile(`shape=box`).FindAll(text, -1)); got != 7 {
		t.Errorf("%d inputs, want 7", got)
	}
	if got := len(regexp.MustCompile(`dashed`).FindAll(text, -1)); got != backward {
		t.Errorf("%d dashed nodes, want %d", got, backward)
	}
	for _, want := range []string{
		`"cost = `, `"∂cost/∂W1 = `, `"∂cost/∂b1 = `, `"∂cost/∂W2 = `, `"∂cost/∂b2 = `, `"W1\\n4×3"`,
	} {
		if got := len(regexp.MustCompile(want).FindAll(text, -1)); got != 1 {
			t.Errorf("%s stands there %d times, want once", want, got)
		}
	}
}

// The program of a gradient begins with the first layer's product, and gives
// the cost and every gradient once; that of the loss gives the cost alone.
func TestProgram(t *testing.T) {
	n := newNetwork(t, gradtwin.Spec{Layers: []int{4, 3, 2}, Delta: 1e-7}, 5, graph.Options{})
	outputs := func(p []graph.Instruction) (names []string) {
		for _, i := range p {
			if i.Output != "" {
				names = append(names, i.Output)
			}
		}
		slices.Sort(names)
		return names
	}
	gradient, loss := n.Program(true), n.Program(false)
	if got, want := outputs(gradient), []string{"W1", "W2", "b1", "b2", "cost"}; !slices.Equal(got, want) {
		t.Errorf("the gradient's outputs are %v, want %v", got, want)
	}
	if got := outputs(loss); !slices.Equal(got, []string{"cost"}) {
		t.Errorf("the loss's outputs are %v", got)
	}
	if first := gradient[0]; !slices.Equal(first.From, []string{"x", "W1"}) || first.Shape != "5×3" ||
		first.Memory != "kept" {
		t.Errorf("first instruction %+v: want the product of x and W1, 5×3, in kept memory", first)
	}
	for _, i := range gradient {
		if i.Output == "W1" && i.Shape != "4×3" {
			t.Errorf("gradient of W1 of shape %s", i.Shape)
		}
	}
}
