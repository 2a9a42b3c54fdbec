package main

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// table returns an empty table that will be printed to stdout.
func (a *app) table() table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(a.stdout)
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Options.SeparateHeader = true
	style.Format.Header = text.FormatDefault
	style.Format.Footer = text.FormatDefault
	t.SetStyle(style)
	return t
}

// longest is the longest time that a time.Duration can hold, in seconds.
const longest = float64(math.MaxInt64 / int64(time.Second))

// duration writes a time with three significant digits.
func duration(seconds float64) string {
	if seconds >= longest {
		return "centuries"
	}
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d >= time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	case d >= time.Minute:
		return d.Round(time.Second).String()
	}
	unit, name := 1.0, " s"
	switch {
	case d < time.Millisecond:
		unit, name = 1e6, " µs"
	case d < time.Second:
		unit, name = 1e3, " ms"
	}
	return strconv.FormatFloat(seconds*unit, 'g', 3, 64) + name
}

// gibibytes writes a number of bytes as GiB with three significant digits.
func gibibytes(bytes float64) string {
	return strconv.FormatFloat(bytes/(1<<30), 'g', 3, 64) + " GiB"
}
