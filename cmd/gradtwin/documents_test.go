package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/pflag"

	"gradtwin/internal/mnist"
)

// exitComment says at the end of a command line how it ends, where that is not
// with 0.
var exitComment = regexp.MustCompile(`\s+# exit code (\d+)$`)

// documentScript turns the commands of a document into a script: each must end as
// the document says, and print what stands below it. There … stands for anything
// that is left out, within a line or, where a line begins with it, before that. A blank
// may be the end of a line.
func documentScript(document string) string {
	var script strings.Builder
	for k, block := range strings.Split(document, "```") {
		if k%2 == 0 {
			continue // text between two blocks
		}
		for _, part := range strings.Split("\n"+block, "\n$ ")[1:] {
			command, output, _ := strings.Cut(part, "\n")
			code := "0"
			if m := exitComment.FindStringSubmatch(command); m != nil {
				command, code = strings.TrimSuffix(command, m[0]), m[1]
			}
			fmt.Fprintf(&script, "exitcode %s %s\n", code, command)
			// A line's own end may have blanks that the document lacks.
			var want []string
			for line := range strings.Lines(output) {
				line = strings.TrimRight(line, " \n")
				rest, skips := strings.CutPrefix(line, "…")
				pattern := ""
				if skips {
					pattern = `(.*\n)*.*`
				}
				pattern += anySpace(strings.ReplaceAll(regexp.QuoteMeta(rest), "…", ".*"))
				if line != "…" {
					pattern += ` *\n`
				}
				want = append(want, pattern)
			}
			fmt.Fprintf(&script, "stdout '^%s'\n", strings.ReplaceAll(strings.Join(want, ""), "'", "''"))
		}
	}
	return script.String()
}

// anySpace lets a line be broken wherever it has one blank.
func anySpace(pattern string) string {
	var out strings.Builder
	for i, c := range []byte(pattern) {
		if c == ' ' && i > 0 && i < len(pattern)-1 && pattern[i-1] != ' ' && pattern[i+1] != ' ' {
			out.WriteString(`\s+`)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

func TestDocumentScript(t *testing.T) {
	got := documentScript("Text.\n```\n$ gradtwin check --inject 'W1[0]*2'    # exit code 3\nWRONG  1.0…\n…\n the end\n$ gradtwin data\n…\n```\n$ not a command\n")
	want := "exitcode 3 gradtwin check --inject 'W1[0]*2'\nstdout '^WRONG  1\\.0.* *\\n(.*\\n)*.* the\\s+end *\\n'\nexitcode 0 gradtwin data\nstdout '^(.*\\n)*.*'\n"
	if got != want {
		t.Errorf("script\n%s\nwant\n%s", got, want)
	}
}

// Every command of these documents prints what stands below it there.
func TestDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the lesson alone takes about half a minute")
	}
	data, err := mnist.Find(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, commands := range map[string]int{"README.md": 1, "docs/lesson.md": 15, "docs/checker.md": 4} {
		document, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		script := documentScript(string(document))
		if n := strings.Count(script, "exitcode"); n < commands {
			t.Fatalf("%s: %d commands: want %d or more", name, n, commands)
		}
		path := filepath.Join(dir, strings.TrimSuffix(filepath.Base(name), ".md")+".txtar")
		if err := os.WriteFile(path, []byte(script), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			e.Setenv("GRADTWIN_DATA", data.Dir)
			return os.Symlink(testdata, filepath.Join(e.WorkDir, "testdata"))
		},
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exitcode": exitCodeIs},
	})
}

// commandLine is one in a document's text or on a line of its own.
var commandLine = regexp.MustCompile("`(gradtwin [a-z][^`]*)`|(?m:^(?:    |\\$ )(?:go run \\./cmd/)?(gradtwin [a-z].*)$)")

// Every command line in the documents is one that the command takes.
func TestDocumentCommands(t *testing.T) {
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range append(documents, "../../README.md", "../../CONTRIBUTING.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range commandLine.FindAllStringSubmatch(string(text), -1) {
			found++
			args := shellWords(m[1] + m[2])
			if args[len(args)-1] == "…" { // the line goes on
				args = args[:len(args)-1]
			}
			root := (&app{stdout: io.Discard, stderr: io.Discard}).root()
			cmd, rest, err := root.Find(args[1:])
			if err == nil {
				err = cmd.ParseFlags(rest)
			}
			if err == nil {
				err = cmd.ValidateArgs(cmd.Flags().Args())
			}
			// COMMAND stands for any; in text a command may stand without its arguments.
			if err != nil && args[1] != "COMMAND" && !(m[1] != "" && len(args) == 2) && !errors.Is(err, pflag.ErrHelp) {
				t.Errorf("%s: %s: %v", filepath.Base(path), m[1]+m[2], err)
			}
		}
	}
	if found < 60 {
		t.Errorf("%d command lines in the documents, want 60 or more", found)
	}
}
