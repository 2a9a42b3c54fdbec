//go:build unix

package main

import (
	"bufio"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/creack/pty"
)

var escape = regexp.MustCompile("\x1b\\[[0-9;]*m")

// onTerminal returns what a command prints on a terminal of so many columns.
func onTerminal(t *testing.T, columns uint16, args ...string) string {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	defer master.Close()
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	text := make(chan string)
	go func() {
		b, _ := io.ReadAll(bufio.NewReader(master)) // ends with an error when the terminal is closed
		text <- string(b)
	}()
	run(args, tty, io.Discard)
	tty.Close()
	return strings.ReplaceAll(<-text, "\r\n", "\n")
}

// No line is broken by the terminal, but the command line after Replay, which is
// pasted as one, and examples.
func TestColumns(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	weights := filepath.Join(t.TempDir(), "w.npz")
	data := []string{"--data", "../../testdata/tiny"}
	network := append([]string{"--layers", "784,20,10", "--progress", "none"}, data...)
	for _, columns := range []uint16{60, 80, 120} {
		for _, args := range [][]string{
			append([]string{"train", "--steps", "20", "--save", weights}, network...),
			append([]string{"compare", "--steps", "20", "--policy", "sgd", "--inject", "W2[3,4]*-1"}, network...),
			append([]string{"compare", "--steps", "3", "--policy", "sgd", "--backends", "graph,backprop"}, network...),
			append([]string{"check", "--sweep"}, network...),
			append([]string{"predict", "--weights", weights}, data...),
			{"graph", "--program"},
			append([]string{"data"}, data...),
			{"check", "--help"}, {"--help"}, {"compare", "--help"},
		} {
			out := onTerminal(t, columns, args...)
			if len(out) < 200 {
				t.Errorf("%v: only %q", args, out)
			}
			for line := range strings.Lines(escape.ReplaceAllString(out, "")) {
				line = strings.TrimSuffix(line, "\n")
				example := strings.HasPrefix(line, "  gradtwin ")
				if n := utf8.RuneCountInString(line); n > int(columns) && !strings.HasPrefix(line, "Replay: ") && !example {
					t.Errorf("%v on %d columns: a line of %d: %s", args[0], columns, n, line)
				}
			}
		}
	}
}

// The verdicts have colour on a terminal, unless NO_COLOR is set.
func TestVerdictColor(t *testing.T) {
	const green, red = "\x1b[32;1mOK\x1b[0m", "\x1b[31;1mWRONG\x1b[0m"
	args := []string{"check", "--layers", "784,6,10", "--progress", "none", "--data", "../../testdata/tiny"}
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	if out := onTerminal(t, 80, args...); !strings.HasPrefix(out, green) {
		t.Errorf("want %q at the beginning of\n%q", green, out)
	}
	if out := onTerminal(t, 80, append(args, "--inject", "W2[3,4]*-1")...); !strings.HasPrefix(out, red) {
		t.Errorf("want %q at the beginning of\n%q", red, out)
	}
	t.Setenv("NO_COLOR", "1")
	if out := onTerminal(t, 80, args...); strings.Contains(out, "\x1b") {
		t.Errorf("colour with NO_COLOR:\n%q", out)
	}
}
