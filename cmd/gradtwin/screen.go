package main

import (
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"

	"gradtwin/internal/progress"
)

// screen is the terminal that results are shown on. The zero value is none: a file
// or a pipe, which gets the same bytes everywhere.
type screen struct {
	columns int  // 0 where there is no terminal
	color   bool // unless NO_COLOR is set (no-color.org)
}

// newScreen returns the terminal behind w.
func newScreen(w io.Writer) screen {
	columns := progress.Columns(w)
	return screen{columns, columns > 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

const (
	fileColumns = 80  // of text that goes to a file
	mostColumns = 100 // of text on a terminal: longer lines are hard to read
)

// width returns the columns that sentences are broken to.
func (s screen) width() int {
	if s.columns == 0 {
		return fileColumns
	}
	return min(s.columns, mostColumns)
}

// wrap breaks sentences between words.
func (s screen) wrap(sentences string) string {
	return trimRight(text.WrapSoft(sentences, s.width()))
}

// trimRight removes the blanks at the ends of lines.
func trimRight(lines string) string { return blanks.ReplaceAllString(lines, "") }

var blanks = regexp.MustCompile(`(?m) +$`)

// item is a line of a list: what it is about, and then what is said of it.
var item = regexp.MustCompile(`^( +\S+ {2,})(\S.*)$`)

// paragraphs breaks paragraphs and the lines of lists anew. What a list says goes on
// below where it begins.
func (s screen) paragraphs(lines string) string {
	var out strings.Builder
	indent, words := "", ""
	end := func() {
		if words != "" {
			out.WriteString(s.hang(indent, words))
		}
		indent, words = "", ""
	}
	for line := range strings.Lines(lines) {
		line = strings.TrimRight(line, "\n")
		about := item.FindStringSubmatch(line)
		switch rest := strings.TrimPrefix(line, strings.Repeat(" ", utf8.RuneCountInString(indent))); {
		case line == "":
			end()
			out.WriteString("\n")
		case words != "" && rest != "" && rest[0] != ' ' && (indent == "" || len(rest) < len(line)):
			words += " " + rest
		case about != nil:
			end()
			indent, words = about[1], about[2]
		default:
			end()
			words = line
		}
	}
	end()
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// hang breaks text that stands behind a beginning; the lines that follow are indented
// as far.
func (s screen) hang(begins, text string) string {
	n := utf8.RuneCountInString(begins)
	rest := screen{columns: max(20, s.width()-n)}.wrap(text)
	return begins + strings.ReplaceAll(rest, "\n", "\n"+strings.Repeat(" ", n)) + "\n"
}

// How a check ends, and what an element is found to be, at the beginning of a line.
var verdictColors = map[string]text.Colors{
	"OK": {text.FgGreen, text.Bold}, "WRONG": {text.FgRed, text.Bold}, "NOT JUDGED": {text.FgYellow, text.Bold},
}

var verdict = regexp.MustCompile(`(?m)^(OK|WRONG|NOT JUDGED)\b`)

// verdicts colours the verdicts at the beginning of lines.
func (s screen) verdicts(lines string) string {
	if !s.color {
		return lines
	}
	return verdict.ReplaceAllStringFunc(lines, func(word string) string {
		return verdictColors[word].EscapeSeq() + word + text.Reset.EscapeSeq()
	})
}
