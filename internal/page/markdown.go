package page

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"gradtwin/internal/report"
)

// markdown writes what the page says, for a terminal or a pull request.
func (p *page) markdown() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n", p.Verdict)
	if p.Lead != "" {
		fmt.Fprintf(&b, "%s\n\n", p.Lead)
	}
	if p.Power != "" {
		fmt.Fprintf(&b, "%s\n\n", p.Power)
	}
	for _, note := range p.Notes {
		fmt.Fprintf(&b, "%s\n\n", note)
	}
	for _, f := range p.Facts {
		fmt.Fprintf(&b, "- %s: %s\n", f.Name, f.Value)
	}
	for _, r := range p.Replay {
		fmt.Fprintf(&b, "\n%s:\n\n    %s\n", r.Name, r.Value)
	}
	for _, s := range p.Sections {
		fmt.Fprintf(&b, "\n## %s\n\n", s.Title)
		for _, text := range s.Sentences {
			fmt.Fprintf(&b, "- %s\n", text)
		}
		for _, t := range slices.Concat(s.Tables, s.Drawn) {
			markdownTable(&b, t)
		}
		for _, c := range s.Comparisons {
			fmt.Fprintf(&b, "\n### %s\n\n%s\n", c.Title, c.Found)
			for _, text := range c.NotJudged {
				fmt.Fprintf(&b, "\nNot judged: %s\n", text)
			}
			for _, text := range c.Warnings {
				fmt.Fprintf(&b, "\n%s\n", text)
			}
			for _, t := range slices.Concat(c.Tables, c.Drawn) {
				markdownTable(&b, t)
			}
		}
	}
	return b.Bytes()
}

func markdownTable(b *bytes.Buffer, t *report.Table) {
	fmt.Fprintf(b, "\n%s\n\n", t.Caption)
	row := func(cells []string) {
		for _, cell := range cells {
			// A bar would end the cell.
			fmt.Fprintf(b, "| %s ", strings.ReplaceAll(cell, "|", `\|`))
		}
		b.WriteString("|\n")
	}
	row(t.Head)
	b.WriteString("| --- |" + strings.Repeat(" ---: |", len(t.Head)-1) + "\n")
	for _, cells := range t.Rows {
		row(cells)
	}
}
