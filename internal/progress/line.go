package progress

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Of the escape sequences that progressbar writes: to clear a line from the
// cursor on.
const clearRest = "\x1b[0K"

// lineWriter keeps a line that is drawn again and again on one line of the
// terminal, however that is resized. A line longer than the terminal would wrap,
// and each drawing begin below the last one.
type lineWriter struct{ w io.Writer }

func (l lineWriter) Write(p []byte) (int, error) {
	out := p
	if text, ok := strings.CutPrefix(string(p), "\r"); ok {
		text, _ = strings.CutSuffix(text, clearRest)
		// In the last column some terminals wrap already.
		if runes, width := []rune(text), terminalWidth(l.w); width > 0 && len(runes) >= width {
			text = string(runes[:width-1])
		}
		out = []byte("\r" + text + clearRest)
	}
	_, err := l.w.Write(out)
	return len(p), err
}

// terminalWidth returns the terminal's columns now, 0 when w is none.
func terminalWidth(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 0
}
