package page

import (
	"fmt"

	"gradtwin"
	"gradtwin/internal/words"
)

// diagram is the network as a row of boxes with the shapes of what goes through
// them.
type diagram struct {
	Boxes []box
}

// box is an operation and the shape of its result.
type box struct{ Name, Formula, Shape string }

// drawNetwork describes the network for a batch of B rows; image is the height and
// width of an input, 0 when it is none.
func drawNetwork(s gradtwin.Spec, image [2]int) *diagram {
	size := func(n int) string { return "B×" + words.Int(n) }
	input := box{"input", "X", size(s.Inputs())}
	if image[0] > 0 {
		input.Formula = fmt.Sprintf("X, %d×%d pixels", image[0], image[1])
	}
	n := &diagram{Boxes: []box{input}}
	for l := range s.Affine() {
		in, out := s.Layers[l], s.Layers[l+1]
		n.Boxes = append(n.Boxes,
			box{"affine", fmt.Sprintf("· W%d (%d×%d) + b%d (%d)", l+1, in, out, l+1, out), size(out)})
		if l+1 < s.Affine() {
			n.Boxes = append(n.Boxes, box{s.Activation.String(), map[gradtwin.Activation]string{
				gradtwin.ReLU: "max(0, z)", gradtwin.Sigmoid: "1 / (1 + e^−z)", gradtwin.Tanh: "tanh z",
			}[s.Activation], size(out)})
		}
	}
	return &diagram{Boxes: append(n.Boxes,
		box{"softmax", "y = e^z / Σ e^z", size(s.Classes())},
		box{"loss", "−mean ln(y + δ)", "one number"})}
}
