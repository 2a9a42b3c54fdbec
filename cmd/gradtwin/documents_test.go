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

	"gradtwin/internal/mnist"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/pflag"
)

// exitComment says at the end of a command line how it ends, where that is not
// with 0.
var exitComment = regexp.MustCompile(`\s+# exit code (\d+)$`)

// documentCommand is a command in a document.
type documentCommand struct {
	line   string
	code   string // its exit code
	output string // a regular expression for what it prints
}

// documentCommands returns the commands of a document, with what stands below each.
// There … stands for anything that is left out, within a line or, where a line begins
// with it, before that. A blank may be the end of a line.
func documentCommands(document string) []documentCommand {
	var commands []documentCommand
	for k, block := range strings.Split(document, "```") {
		if k%2 == 0 {
			continue // text between two blocks
		}
		for _, part := range strings.Split("\n"+block, "\n$ ")[1:] {
			line, output, _ := strings.Cut(part, "\n")
			code := "0"
			if m := exitComment.FindStringSubmatch(line); m != nil {
				line, code = strings.TrimSuffix(line, m[0]), m[1]
			}
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
			commands = append(commands, documentCommand{line, code, "(?m)^" + strings.Join(want, "")})
		}
	}
	return commands
}

// documentScript makes a script of commands: each must end and print as its document
// says.
func documentScript(commands []documentCommand) string {
	var script strings.Builder
	for _, c := range commands {
		fmt.Fprintf(&script, "exitcode %s %s\nstdout '%s'\n", c.code, c.line, strings.ReplaceAll(c.output, "'", "''"))
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
	got := documentScript(documentCommands("Text.\n```\n$ gradtwin check --inject 'W1[0]*2'    # exit code 3\nWRONG  1.0…\n…\n the end\n$ gradtwin data\n…\n```\n$ not a command\n"))
	want := "exitcode 3 gradtwin check --inject 'W1[0]*2'\nstdout '(?m)^WRONG  1\\.0.* *\\n(.*\\n)*.* the\\s+end *\\n'\nexitcode 0 gradtwin data\nstdout '(?m)^(.*\\n)*.*'\n"
	if got != want {
		t.Errorf("script\n%s\nwant\n%s", got, want)
	}
}

// Every command of these documents prints what stands below it there.
func TestDocuments(t *testing.T) {
	realMNIST(t)
	t.Parallel()
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, commands := range map[string]int{"lesson.md": 15, "checker.md": 4} {
		document, err := os.ReadFile(filepath.Join("../../docs", name))
		if err != nil {
			t.Fatal(err)
		}
		found := documentCommands(string(document))
		if len(found) < commands {
			t.Fatalf("%s: %d commands: want %d or more", name, len(found), commands)
		}
		path := filepath.Join(dir, strings.TrimSuffix(name, ".md")+".txtar")
		if err := os.WriteFile(path, []byte(documentScript(found)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			e.Setenv(mnist.OriginEnv, os.Getenv(mnist.OriginEnv))
			return os.Symlink(testdata, filepath.Join(e.WorkDir, "testdata"))
		},
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exitcode": exitCodeIs},
	})
}

// The README's one command with output, the main job, prints that.
func TestReadme(t *testing.T) {
	job := mainJob(t)
	document, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := documentCommands(string(document))
	if len(commands) != 1 || commands[0].line != "gradtwin compare --out out" || commands[0].code != "0" {
		t.Fatalf("commands %+v: want gradtwin compare --out out", commands)
	}
	if !regexp.MustCompile(commands[0].output).MatchString(job.stdout) {
		t.Errorf("standard output:\n%s\nwant %s", job.stdout, commands[0].output)
	}
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
