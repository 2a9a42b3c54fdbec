package progress

import (
	"io"
	"os"

	"golang.org/x/term"
)

// clearRest is the escape sequence that clears a line from the cursor on.
const clearRest = "\x1b[0K"

// drawLine draws text over what is on the terminal's line, however the terminal is
// resized. A line longer than the terminal would wrap, and each drawing begin
// below the last one. An error is one of drawing: the job goes on without.
func drawLine(w io.Writer, text string) {
	// In the last column some terminals wrap already.
	if runes, width := []rune(text), Columns(w); width > 0 && len(runes) >= width {
		text = string(runes[:width-1])
	}
	_, _ = io.WriteString(w, "\r"+text+clearRest)
}

// Columns returns the columns that a terminal has now, 0 where w is none.
func Columns(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 0
}
