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
