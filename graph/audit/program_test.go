package audit

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// programs writes those of some rows into a folder of their own.
func programs(t *testing.T, ops ...string) map[string]string {
	all, err := Programs(slices.DeleteFunc(slices.Clone(everything(t)),
		func(r Row) bool { return !slices.Contains(ops, r.Op) }))
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{}
	for _, p := range all {
		paths[p.Name] = filepath.Join(t.TempDir(), "main.go")
		if err := os.WriteFile(paths[p.Name], []byte(p.Text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

// What a program prints before its last line has the wrong number of that line.
func TestProgramsShowTheFault(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: builds programs")
	}
	wrong := regexp.MustCompile(`is (\S+), right is`)
	of := programs(t, "Log2", "AveragePool2D")
	t.Parallel()
	for _, name := range []string{"log2-wrong-gradient", "averagepool2d-wrong-forward-value"} {
		text, err := exec.CommandContext(t.Context(), "go", "run", of[name]).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v: %s", name, err, text)
			continue
		}
		m := wrong.FindSubmatchIndex(text)
		if m == nil {
			t.Errorf("%s prints no wrong number: %s", name, text)
			continue
		}
		// The line has six digits and the value above it more.
		if number := string(text[m[2]:m[3]]); !strings.Contains(string(text[:m[0]]), number[:max(1, len(number)-1)]) {
			t.Errorf("%s: %s is not among what it prints:\n%s", name, number, text)
		}
	}
}

// A program leaves nothing in the folder that it is run in, though the Lisp
// machine writes a file.
func TestProgramsLeaveNoFile(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: builds a program")
	}
	of := programs(t, "Unconcat")
	t.Parallel()
	path := filepath.Join(t.TempDir(), "program")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", path, of["lisp-unconcat"])
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	cmd := exec.CommandContext(t.Context(), path)
	cmd.Dir = t.TempDir()
	text, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(text), "error: ") {
		t.Errorf("error %v, %s: want the Lisp machine's error, which writes the file", err, text)
	}
	entries, err := os.ReadDir(cmd.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("the program has left %s", e.Name())
	}
}
