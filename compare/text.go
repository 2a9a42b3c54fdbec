package compare

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gradtwin"
)

const (
	// textWidth is the number of columns where no other is asked for.
	textWidth = 80
	// maxName keeps a long tensor name from filling the line.
	maxName = 40
	// shownWrong is how many wrong elements the text shows in full.
	shownWrong = 3
)

// label is a word at the beginning of a line, in capitals.
func label(word string) string { return fmt.Sprintf("%-6s ", strings.ToUpper(word)) }

// clip shortens a name in the middle, so that the index at its end stays.
func clip(name string) string {
	runes := []rune(name)
	if len(runes) <= maxName {
		return name
	}
	half := (maxName - 1) / 2
	return string(runes[:half]) + "…" + string(runes[len(runes)-half:])
}

// textWriter is text of at most so many columns.
type textWriter struct {
	strings.Builder
	columns int
}

// writeWrapped writes text, broken at spaces to fit the width; what goes on the next
// line is indented further.
func writeWrapped(b *textWriter, indent, text string) {
	width := 0
	for i, word := range strings.Split(text, " ") {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
			b.WriteString(indent)
			width = len(indent)
		case width+1+n > b.columns:
			b.WriteString("\n" + indent + "  ")
			width = len(indent) + 2
		default:
			b.WriteString(" ")
			width++
		}
		b.WriteString(word)
		width += n
	}
	b.WriteString("\n")
}

// labelledFault says what is known to go wrong at a place, and what to write instead.
// Where the gradient agrees it is a warning: a wrong value passes every gradient
// check.
func labelledFault(f gradtwin.Fault, wrong bool) string {
	s := "warning: "
	if wrong {
		s = "known fault: "
	}
	if f.Node != "" {
		s += "at "
	}
	return s + faultText(f)
}

// faultText says where something is wrong, what, and what to write instead.
func faultText(f gradtwin.Fault) string {
	s := f.Problem
	if f.Node != "" {
		s = f.Node + ": " + s
	}
	if f.Instead != "" {
		s += "; instead: " + f.Instead
	}
	return s
}
