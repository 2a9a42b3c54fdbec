package main

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// shellWords splits a command line as a shell does that knows quotes and comments,
// without what it sends to a file or another command.
func shellWords(line string) []string {
	line, _, _ = strings.Cut(line, " #")
	line, _, _ = strings.Cut(line, " |")
	line, _, _ = strings.Cut(line, " >")
	var words []string
	for _, word := range strings.Fields(line) {
		words = append(words, strings.Trim(word, "'"))
	}
	return words
}

// Each command's help has examples, which are command lines that it takes; defaults
// that can be given; and fits 80 columns where it is no table.
func TestHelp(t *testing.T) {
	for _, cmd := range (&app{stdout: io.Discard, stderr: io.Discard}).root().Commands() {
		if cmd.Name() == "help" || cmd.Name() == "completion" {
			continue
		}
		if cmd.Example == "" {
			t.Errorf("%s: no example", cmd.Name())
		}
		for line := range strings.Lines(cmd.Example) {
			args := shellWords(line)
			root := (&app{stdout: io.Discard, stderr: io.Discard}).root()
			found, rest, err := root.Find(args[1:])
			if err == nil {
				err = found.ParseFlags(rest)
			}
			if err == nil {
				err = found.ValidateArgs(found.Flags().Args())
			}
			if err != nil || found.Name() != cmd.Name() {
				t.Errorf("%s: example %q is one of %s: %v", cmd.Name(), line, found.Name(), err)
			}
		}
		var out, errs bytes.Buffer
		if code := run([]string{cmd.Name(), "--help"}, &out, &errs); code != exitDone || errs.Len() > 0 {
			t.Errorf("%s --help: exit code %d, %s", cmd.Name(), code, errs.String())
		}
		for _, bad := range []string{"[=true|false]", "(default [", "  \n"} {
			if strings.Contains(out.String(), bad) {
				t.Errorf("%s --help has %q:\n%s", cmd.Name(), bad, out.String())
			}
		}
		_, flags, _ := strings.Cut(out.String(), "\nFlags:\n")
		for line := range strings.Lines(flags) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
				t.Errorf("%s --help: a line of %d columns: %s", cmd.Name(), n, line)
			}
		}
	}
}

func TestDidYouMean(t *testing.T) {
	for _, tt := range []struct {
		args, want string
	}{
		{"chek", "did you mean check?"},
		{"trian --steps 3", "did you mean train?"},
		{"train --stpes 3", "did you mean --steps?"},
		{"train --activation relou", "did you mean relu?"},
		{"train --backend grpah", "did you mean graph?"},
		{"train --policy sgb", "did you mean sgd?"},
		{"train --init ha", "did you mean he?"},
		{"compare --backends graph,numerik", "did you mean numeric?"},
		{"check --mode smaple", "did you mean sample?"},
		{"check --tensors w1", "did you mean W1?"},
		{"check --tensors W1 --allow B1", "did you mean b1?"},
		{"check --data ../../testdata/tiny --inject w1[0,3]*2", "did you mean W1?"},
		{"check --progress plian", "did you mean plain?"},
		{"bench --op steps", "did you mean step?"},
		{"graph --dtype float", "want one of float64, float32"},
		{"frobnicate", "want one of audit, "},
		{"nonsense --help", `unknown command "nonsense"`},
		{"help nonsense", `unknown command "nonsense"`},
		{"completion tcsh", `unknown command "tcsh"`},
		{"check --data ../../testdata/tiny --inject W1[784,0]*2", "W1 is of shape 784×50, its last element is W1[783,49]"},
		{"check --data ../../testdata/tiny --inject b3*2", "b3 is of shape 10, its last element is b3[9]"},
	} {
		var out, errs bytes.Buffer
		code := run(strings.Fields(tt.args), &out, &errs)
		if code != exitUsage || out.Len() > 0 || !strings.Contains(errs.String(), tt.want) {
			t.Errorf("%s: exit code %d, %q, %q: want %d and %q", tt.args, code, out.String(), errs.String(), exitUsage, tt.want)
		}
	}
}

// A shell is offered the names of a flag, one after the other in a list.
func TestComplete(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{"train", "--activation", ""}, []string{"relu", "sigmoid", "tanh"}},
		{[]string{"train", "--policy", ""}, []string{"sgd", "fixed"}},
		{[]string{"compare", "--policy", ""}, []string{"sgd", "fixed", "both"}},
		{[]string{"compare", "--backends", "graph,"}, []string{"graph,stock", "graph,backprop", "graph,numeric"}},
		{[]string{"check", "--mode", ""}, []string{"full", "sample", "probe"}},
		{[]string{"bench", "--op", "forward,step,"}, []string{"forward,step,gradient"}},
		{[]string{"check", "--progress", ""}, []string{"auto", "bar", "plain", "none"}},
		{[]string{"help", ""}, commandNames((&app{}).root())},
	} {
		var out bytes.Buffer
		if code := run(append([]string{"__completeNoDesc"}, tt.args...), &out, io.Discard); code != exitDone {
			t.Fatalf("%v: exit code %d", tt.args, code)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if got := lines[:len(lines)-1]; !slices.Equal(got, tt.want) {
			t.Errorf("%v: %v, want %v", tt.args, got, tt.want)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		var out bytes.Buffer
		if code := run([]string{"completion", shell}, &out, io.Discard); code != exitDone ||
			!strings.Contains(out.String(), "__complete") {
			t.Errorf("%s: exit code %d, a script of %d bytes", shell, code, out.Len())
		}
	}
}
