package faults

import "runtime/debug"

// Version is the release of Gorgonia, and tensorVersion that of its tensors,
// that the table holds for.
const (
	Version       = "v0.9.18"
	tensorVersion = "v0.9.24"
)

// Replaced names the module that the program was built with in place of the
// releases that the table holds for, as a fork by a replace directive; then
// nothing is known of its faults. It is empty for the releases themselves, and
// where the program does not say.
func Replaced() string { return replaced }

var replaced = findReplaced()

func findReplaced() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return replacedIn(info.Deps)
}

func replacedIn(deps []*debug.Module) string {
	releases := map[string]string{"gorgonia.org/gorgonia": Version, "gorgonia.org/tensor": tensorVersion}
	for _, d := range deps {
		switch want := releases[d.Path]; {
		case want == "":
		case d.Replace != nil:
			return d.Path + " => " + d.Replace.Path
		case d.Version != want:
			return d.Path + " " + d.Version
		}
	}
	return ""
}
