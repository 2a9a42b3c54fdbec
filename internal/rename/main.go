// Command rename gives the module another path: in go.mod, in every import, and
// wherever a path of the module's stands in a string or a document.
//
//	go run ./internal/rename example.com/you/gradtwin
//
// It works on the folder that it is run in, on the files that git tracks.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "rename:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 || !strings.Contains(args[0], ".") || !strings.Contains(args[0], "/") {
		return errors.New("want one path, as in example.com/you/gradtwin")
	}
	old, err := output("go", "list", "-m")
	if err != nil {
		return err
	}
	files, err := output("git", "ls-files", "*.go", "*.md", "*.tmpl", "*.txtar", "*.sh", "*.yaml", "*.bazel")
	if err != nil {
		return err
	}
	for _, file := range strings.Split(files, "\n") {
		if err := rewrite(file, old, args[0]); err != nil {
			return err
		}
	}
	_, err = output("go", "mod", "edit", "-module", args[0])
	return err
}

// rewrite replaces the module's path in a file: before a slash anywhere in quotes,
// and alone where Go code has it as an import, a key or a value of its own.
func rewrite(file, old, path string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	quoted := regexp.QuoteMeta(old)
	changed := regexp.MustCompile(`(["\x60])`+quoted+`/`).ReplaceAll(text, []byte("${1}"+path+"/"))
	if filepath.Ext(file) == ".go" {
		alone := regexp.MustCompile(`(?m)^(\s*(?:import |[a-z]+ |_ |\. )?)"` + quoted + `"$`)
		changed = alone.ReplaceAll(changed, []byte(`${1}"`+path+`"`))
	}
	if bytes.Equal(text, changed) {
		return nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, changed, info.Mode())
}

// output runs a command and returns what it prints.
func output(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", cmd, err)
	}
	return strings.TrimSpace(string(out)), nil
}
