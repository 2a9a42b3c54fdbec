package page

import (
	"fmt"
	"html/template"
	"strings"
)

// colors are those of the curves, on a light and on a dark page. The first ones
// also tell apart without red and green (Okabe and Ito, 2008).
var colors = [...]struct{ light, dark string }{
	{"#0072b2", "#56b4e9"}, {"#d55e00", "#ff9d4d"}, {"#008060", "#2fd0a3"}, {"#8a4f7d", "#d79bc8"},
	{"#8a6d00", "#e8c547"}, {"#b8336a", "#ff8fb8"}, {"#6e5494", "#b9a0e8"}, {"#555555", "#b0b8c0"},
}

const (
	symbolicColor = 0
	numericColor  = 1

	// grey is the colour of guides and marks.
	grey      = -1
	greyColor = "#57606a"
)

// paint sets the colour of a curve. Those beyond the palette are spread over the
// hues by the golden angle, so that no two are the same.
func paint(color int) template.CSS {
	switch {
	case color < 0:
		return "--c:var(--soft)"
	case color < len(colors):
		return template.CSS(fmt.Sprintf("--c:var(--c%d)", color))
	}
	const goldenAngle = 137.508
	return template.CSS(fmt.Sprintf("--c:oklch(var(--many) .15 %.0f)", goldenAngle*float64(color)))
}

// lightColor returns a colour of the palette as the pictures have it.
func lightColor(color int) string {
	if color < 0 {
		return greyColor
	}
	return colors[color%len(colors)].light
}

// colorSheet returns the palette as custom properties of a style sheet.
func colorSheet() string {
	var light, dark strings.Builder
	for i, c := range colors {
		fmt.Fprintf(&light, "--c%d:%s;", i, c.light)
		fmt.Fprintf(&dark, "--c%d:%s;", i, c.dark)
	}
	return fmt.Sprintf(":root{%s--many:.5}\n@media screen and (prefers-color-scheme:dark){:root{%s--many:.78}}\n",
		light.String(), dark.String())
}

// faded mixes two parts of white into one of a colour.
func faded(color string) string {
	var r, g, b int
	if _, err := fmt.Sscanf(color, "#%02x%02x%02x", &r, &g, &b); err != nil {
		panic("page: color " + color)
	}
	mix := func(v int) int { return (v + 2*255) / 3 }
	return fmt.Sprintf("#%02x%02x%02x", mix(r), mix(g), mix(b))
}
