package compare

import (
	"slices"

	"gradtwin"
)

// selectTensors returns the tensors to check.
func selectTensors(layout gradtwin.Layout, names []string) []int {
	var out []int
	for k, t := range layout {
		if t.Len() > 0 && (names == nil || slices.Contains(names, t.Name)) {
			out = append(out, k)
		}
	}
	return out
}

// sizeOf returns how many elements some tensors have together.
func sizeOf(layout gradtwin.Layout, tensors []int) int {
	size := 0
	for _, k := range tensors {
		size += layout[k].Len()
	}
	return size
}

// maxElements is more than any memory has, and leaves an int room to count.
const maxElements = 1 << 48

// validateLayout returns what is wrong with the layout.
func validateLayout(layout gradtwin.Layout) error {
	const tooLarge = "more than 2^48 elements in all"
	total := 0
	seen := map[string]bool{}
	for _, t := range layout {
		if slices.ContainsFunc(t.Shape, func(d int) bool { return d < 0 }) {
			return &LayoutError{t, "a negative dimension"}
		}
		n := 1
		for _, d := range t.Shape {
			if d > 0 && n > maxElements/d {
				return &LayoutError{t, tooLarge}
			}
			n *= d
		}
		if total += n; total > maxElements {
			return &LayoutError{t, tooLarge}
		}
		if seen[t.Name] {
			return &LayoutError{t, "another tensor has the same name"}
		}
		seen[t.Name] = true
	}
	if layout.Len() == 0 {
		return ErrNoParameters
	}
	return nil
}
