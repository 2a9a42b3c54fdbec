package audit_test

import (
	"fmt"

	"gradtwin/graph/audit"
)

// The catalogue has each operation in several shapes.
func ExampleCatalogue() {
	for _, c := range audit.Catalogue() {
		if c.Op == "OuterProd" {
			fmt.Println(c.Op, c.Variant, c.Code)
		}
	}
	// Output:
	// OuterProd 3, 3 gorgonia.OuterProd(a, b)
	// OuterProd 2, 4 gorgonia.OuterProd(a, b)
	// OuterProd 1, 3 gorgonia.OuterProd(a, b)
	// OuterProd 3, of x and x gorgonia.OuterProd(x, x)
}
