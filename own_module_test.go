package gradtwin

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the README says about a module of one's own works: its commands, then its
// test.
func TestOwnModule(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a module of its own")
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(readme), "## In a module of your own")
	if !found {
		t.Fatal("README.md has no section on a module of one's own")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	code := regexp.MustCompile("(?s)```go\n(.*?)```").FindStringSubmatch(section)
	commands := regexp.MustCompile(`(?m)^    (go .*)$`).FindAllStringSubmatch(section, -1)
	if code == nil || len(commands) < 4 {
		t.Fatalf("the section has no test, or %d commands: want 4", len(commands))
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	if err := os.WriteFile(filepath.Join(dir, "model_test.go"), []byte(code[1]), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range commands {
		command, _, _ := strings.Cut(c[1], "#")
		run(strings.Fields(strings.ReplaceAll(command, "../gradtwin", root))[1:]...)
	}
}
