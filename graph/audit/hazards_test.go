package audit

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const programs = "../../docs/audit"

// Every hazard has its program, and every program its hazard.
func TestHazardsHavePrograms(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join(programs, "hazards"))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(hazards) {
		t.Errorf("%d programs for %d hazards", len(entries), len(hazards))
	}
	for _, h := range hazards {
		text, err := os.ReadFile(filepath.Join(programs, "hazards", h.name, "main.go"))
		if err != nil {
			t.Error(err)
		} else if !strings.Contains(string(text), h.text) {
			t.Errorf("%s: its program does not say %q", h.name, h.text)
		}
	}
}

// A few of the programs are run: what they print before their last line has
// the wrong number of that line.
func TestProgramsShowTheFault(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: builds programs")
	}
	wrong := regexp.MustCompile(`is (\S+), right is`)
	for _, name := range []string{"log2-wrong-gradient", "softmax-wrong-gradient", "hazards/run-without-reset", "hazards/merged-inputs"} {
		cmd := exec.CommandContext(t.Context(), "go", "run", filepath.Join(programs, name, "main.go"))
		text, err := cmd.CombinedOutput()
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
	path := filepath.Join(t.TempDir(), "program")
	if text, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, filepath.Join(programs, "lisp-unconcat", "main.go")).CombinedOutput(); err != nil {
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
