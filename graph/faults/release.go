package faults

import "runtime/debug"

// The table is about these releases.
const (
	Version       = "v0.9.18"
	tensorVersion = "v0.9.24"
)

// Replaced names the module that the program was built with in place of the
// releases that the table is about, such as a fork by a replace directive, whose
// faults are not known. It is empty for these releases, and where the program has no
// build information.
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
