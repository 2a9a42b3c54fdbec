package audit

import "gorgonia.org/tensor"

// cell is one way to run a case.
type cell uint8

// The cells. On the tape machine gorgonia.Grad makes the gradient.
const (
	forward        cell = iota // only the value, against plain Go
	tapeLeaf                   // the operation's inputs are leaves of the graph
	tapeInner                  // its inputs are computed: each is the product of two leaves
	tapeTwice                  // its inputs are leaves that the cost uses a second time
	tapeSingle                 // leaves, in float32
	tapeTransposed             // its inputs are Transposes of leaves
	tapeSliced                 // its inputs are Slices of leaves, which share their memory
	lispLeaf                   // the first four on the Lisp machine
	lispInner
	lispTwice
	lispSingle
	cells
)

var cellNames = [cells]string{"forward", "tape", "tape, inner node", "tape, used twice", "tape, float32",
	"tape, transposed", "tape, sliced", "lisp", "lisp, inner node", "lisp, used twice", "lisp, float32"}

// String returns the cell's name, as in "tape, inner node".
func (c cell) String() string { return cellNames[c] }

func (c cell) lisp() bool { return c >= lispLeaf }

func (c cell) inner() bool { return c == tapeInner || c == lispInner }

func (c cell) twice() bool { return c == tapeTwice || c == lispTwice }

func (c cell) single() bool { return c == tapeSingle || c == lispSingle }

func (c cell) dtype() tensor.Dtype {
	if c.single() {
		return tensor.Float32
	}
	return tensor.Float64
}
