package numeric_test

import (
	"context"
	"fmt"

	"gradtwin"
	"gradtwin/numeric"
)

// One affine layer and the softmax. The logits are 0, so both classes have the
// probability ½, and the derivative of the loss with respect to the logits is
// y − t = (½, ½) − (1, 0). The differences come near that.
func ExampleNetwork_Gradient() {
	n, err := numeric.New(gradtwin.Spec{Layers: []int{2, 2}}, numeric.Options{})
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
	fmt.Printf("%.6f\n", gradient)
	// Output: [-0.500000 0.500000 -1.500000 1.500000 -0.500000 0.500000]
}
