package audit

import (
	"slices"
	"sync"
)

// catalogue returns all cases, in the order of the page.
var catalogue = sync.OnceValue(func() []testCase {
	return slices.Concat(elementwise(), conversions(), pairwise(), powers(), broadcasts(),
		reductions(), patternsOfTwo(), products(), shaping(), ctc(),
		alongAxis(), convolutions(), pools(), normalizations(), random(), stored())
})

// named returns the cases of the catalogue by their names.
func named() map[string]*testCase {
	cases := map[string]*testCase{}
	for _, c := range catalogue() {
		cases[c.Name()] = &c
	}
	return cases
}

// leftOut holds the functions of Gorgonia that return nodes and are not audited,
// each with the reason.
var leftOut = map[string]string{
	"ApplyOp":         "applies an operation that the caller brings",
	"ApplyOpWithName": "applies an operation that the caller brings",
	"Backpropagate":   "is differentiation itself",
	"Grad":            "is differentiation itself",
	"Broadcast":       "is the first half of every Broadcast function",
	"NodesFromInputs": "converts a list",
	"SizeOf":          "gives a size, which depends on no value",
	"Sort":            "orders a graph",
	"UnstableSort":    "orders a graph",
	"YOLOv3":          "its training form gives a loss from targets in a format that is documented nowhere",
	"Must":            "handles an error",
	"NewConstant":     "an input",
	"NewMatrix":       "an input",
	"NewScalar":       "an input",
	"NewTensor":       "an input",
	"NewUniqueNode":   "an input",
	"NewVector":       "an input",
	"NodeFromAny":     "an input",
	"OneHotVector":    "an input",
	"Read":            "copies a value out of a graph",
	"Set":             "a statement that assigns a value",
}
