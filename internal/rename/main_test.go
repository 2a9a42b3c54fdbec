package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// In a clone of the module under another path all imports are found, run one way,
// and build, of which a part is tried.
func TestRename(t *testing.T) {
	if testing.Short() {
		t.Skip("builds everything")
	}
	command := func(dir, name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", cmd, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	top, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		t.Skip("not a git repository")
	}
	clone := filepath.Join(t.TempDir(), "clone")
	command(".", "git", "clone", "-q", strings.TrimSpace(string(top)), clone)
	t.Chdir(clone)
	if err := run([]string{"example.com/you/twin"}); err != nil {
		t.Fatal(err)
	}
	command(clone, "go", "build", "./compare/twin", "./numeric", "./graph/faults")
	command(clone, "go", "test", "-run", "Imports", ".")
	if left := command(clone, "go", "list", "-deps", "-test", "./..."); strings.Contains(left+"\n", "\ngradtwin") {
		t.Errorf("packages of the old path are left:\n%s", left)
	}
}

func TestRunRefuses(t *testing.T) {
	for _, args := range [][]string{nil, {"twin"}, {"example.com/a", "example.com/b"}} {
		if run(args) == nil {
			t.Errorf("%v: want an error", args)
		}
	}
	if text, err := os.ReadFile("main.go"); err != nil || !strings.Contains(string(text), "package main") {
		t.Error("the folder's own files were changed")
	}
}
