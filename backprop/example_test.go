package backprop_test

import (
	"context"
	"fmt"

	"gradtwin"
	"gradtwin/backprop"
)

// One affine layer and the softmax. The logits are 0, so both classes have the
// probability ½: the derivative of the loss with respect to the logits is
// y − t = (½, ½) − (1, 0), and W's is that times the input.
func ExampleNetwork_Gradient() {
	n, err := backprop.New(gradtwin.Spec{Layers: []int{2, 2}})
	if err != nil {
		fmt.Println(err)
		return
	}
	gradient := make([]float64, 6) // W1, 2×2, and b1
	batch := gradtwin.Batch{X: []float64{1, 3}, Labels: []int{0}}
	if err := n.Gradient(context.Background(), gradient, batch); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(gradient)
	// Output: [-0.5 0.5 -1.5 1.5 -0.5 0.5]
}
