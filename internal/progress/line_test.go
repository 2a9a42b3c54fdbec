//go:build unix

package progress

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// terminal returns a terminal and everything that is written to it until close.
func terminal(t *testing.T) (tty *os.File, written func() string) {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	text := make(chan string)
	go func() {
		b, _ := io.ReadAll(master) // ends with an error when the terminal is closed
		text <- string(b)
	}()
	return tty, func() string {
		tty.Close()
		defer master.Close()
		return <-text
	}
}

func resize(t *testing.T, tty *os.File, columns uint16) {
	t.Helper()
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: columns}); err != nil {
		t.Fatal(err)
	}
}

// The bar stays on one line of a terminal, also when that becomes narrower.
func TestBarOnTerminal(t *testing.T) {
	tty, written := terminal(t)
	resize(t, tty, 200)
	task := New(Auto, tty).Start("numeric sgd", 1000)
	draw := func(done int) {
		time.Sleep(barEvery + 10*time.Millisecond)
		task.Set(done, "loss 2.5")
	}
	draw(100)
	for _, columns := range []uint16{80, 50, 20} {
		resize(t, tty, columns)
		draw(int(columns))
	}
	task.Done()
	var lengths []int
	for _, line := range strings.Split(written(), "\r") {
		line = strings.ReplaceAll(line, "\x1b[0K", "")
		if strings.Contains(line, "\n") || strings.Contains(line, "\x1b") {
			t.Errorf("more than one line: %q", line)
		}
		if line != "" {
			lengths = append(lengths, len(line))
		}
	}
	if n := len(lengths); n != 4 || lengths[0] < 40 || lengths[n-1] != 19 {
		t.Errorf("lines of %d characters, want those of 200 to 20 columns", lengths)
	}
}
