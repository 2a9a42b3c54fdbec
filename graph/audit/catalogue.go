package audit

import "slices"

// Catalogue returns all cases, in the order of the page.
func Catalogue() []Case {
	return slices.Concat(elementwise(), reductions(), products(), shaping(), networks(), stored())
}
