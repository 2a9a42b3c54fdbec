package main

import (
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gradtwin/graph"
	"gradtwin/internal/gemm"
	"gradtwin/internal/simd"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "The versions of the program and of what its results depend on",
		Long: `Prints what a result or a bug report should name: the program's version, Go's,
the instruction set that the kernels use, and the versions of Gorgonia, tensor
and gonum. A module that go.mod replaces is shown with what replaces it.
`,
		Example: `  gradtwin version`,
		Args:    noArgs,
		RunE:    func(*cobra.Command, []string) error { return a.version() },
	}
}

// version prints one line per fact.
func (a *app) version() error {
	var text strings.Builder
	fmt.Fprintf(&text, "gradtwin %s\n", ownVersion())
	fmt.Fprintf(&text, "%s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(&text, "instruction set: %s (differences), %s (products, by %s)\n", simd.Level(), gemm.Level(), graph.BLAS)
	modules := versions()
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		fmt.Fprintf(&text, "%s %s\n", path, modules[path])
	}
	if _, err := fmt.Fprint(a.stdout, text.String()); err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	return nil
}

// ownVersion returns the version that the program was built as, with the revision
// of its source where the build knows it.
func ownVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	parts := []string{info.Main.Version}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			parts = append(parts, "revision "+s.Value)
		case s.Key == "vcs.modified" && s.Value == "true":
			parts = append(parts, "modified")
		}
	}
	return strings.Join(parts, ", ")
}
