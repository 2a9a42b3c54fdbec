package main

import (
	"bufio"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"gradtwin/internal/report"
)

// newEnvironment returns what the times of this process depend on.
func newEnvironment() report.Environment {
	e := report.Environment{
		Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		CPU: cpuModel(), Cores: runtime.GOMAXPROCS(0), Modules: versions(),
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				e.Revision = s.Value
			}
		}
	}
	return e
}

// cpuModel returns the processor's name where Linux tells it, else "".
func cpuModel() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// versions returns the versions of the modules that the results depend on, as
// they were built in. A fork names its module or folder.
func versions() map[string]string {
	want := []string{"gorgonia.org/gorgonia", "gorgonia.org/tensor", "gonum.org/v1/gonum"}
	out := map[string]string{}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return out
	}
	for _, m := range info.Deps {
		if !slices.Contains(want, m.Path) {
			continue
		}
		out[m.Path] = m.Version
		if r := m.Replace; r != nil {
			out[m.Path] += " => " + r.Path + strings.TrimSuffix(" "+r.Version, " (devel)")
		}
	}
	return out
}
