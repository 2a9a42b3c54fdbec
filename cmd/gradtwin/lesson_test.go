package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"gradtwin/internal/mnist"
)

// exitComment says at the end of a command line how it ends, where that is not
// with 0.
var exitComment = regexp.MustCompile(`\s+# exit code (\d+)$`)

// lessonScript turns the commands of a document into a script: each must end as
// the document says, and print what stands below it. There … stands for anything
// that is left out, within a line or, where a line begins with it, before that.
func lessonScript(document string) string {
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
				pattern += strings.ReplaceAll(regexp.QuoteMeta(rest), "…", ".*")
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

func TestLessonScript(t *testing.T) {
	got := lessonScript("Text.\n```\n$ gradtwin check --inject 'W1[0]*2'    # exit code 3\nWRONG  1.0…\n…\n end\n$ gradtwin data\n…\n```\n$ not a command\n")
	want := "exitcode 3 gradtwin check --inject 'W1[0]*2'\nstdout '^WRONG  1\\.0.* *\\n(.*\\n)*.* end *\\n'\nexitcode 0 gradtwin data\nstdout '^(.*\\n)*.*'\n"
	if got != want {
		t.Errorf("script\n%s\nwant\n%s", got, want)
	}
}

// Every command of the lesson prints what the lesson says.
func TestLesson(t *testing.T) {
	realMNIST(t)
	document, err := os.ReadFile("../../docs/lesson.md")
	if err != nil {
		t.Fatal(err)
	}
	script := lessonScript(string(document))
	if n := strings.Count(script, "exitcode"); n < 15 {
		t.Fatalf("%d commands in the lesson: want 15 or more", n)
	}
	path := filepath.Join(t.TempDir(), "lesson.txtar")
	if err := os.WriteFile(path, []byte(script), 0o666); err != nil {
		t.Fatal(err)
	}
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files: []string{path},
		Setup: func(e *testscript.Env) error {
			e.Setenv(mnist.OriginEnv, os.Getenv(mnist.OriginEnv))
			return os.Symlink(testdata, filepath.Join(e.WorkDir, "testdata"))
		},
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exitcode": exitCodeIs},
	})
}
