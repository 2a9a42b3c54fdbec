package main

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"gradtwin/internal/report"
)

// grid is a table for stdout. On a terminal that is too narrow for it, it leaves
// out columns and says which.
type grid struct {
	table.Writer
	app         *app
	dispensable []string // headers of columns to leave out, the first one first
	configs     []table.ColumnConfig
}

// table returns an empty table.
func (a *app) table(dispensable ...string) *grid {
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Options.SeparateHeader = true
	style.Format.Header = text.FormatDefault
	style.Format.Footer = text.FormatDefault
	t.SetStyle(style)
	return &grid{Writer: t, app: a, dispensable: dispensable}
}

// captioned prints a table of a report below its caption.
func (a *app) captioned(r *report.Table, dispensable ...string) {
	fmt.Fprintln(a.stdout)
	a.say("%s", r.Caption)
	a.show(r, dispensable...)
}

// show prints a table of a report, without its caption. On a narrow terminal it leaves
// out dispensable columns.
func (a *app) show(r *report.Table, dispensable ...string) {
	t := a.table(dispensable...)
	for k := range r.Head[1:] {
		t.configs = append(t.configs, table.ColumnConfig{Number: k + 2, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.AppendHeader(tableRow(r.Head))
	for _, cells := range r.Rows {
		t.AppendRow(tableRow(cells))
	}
	t.print()
}

func tableRow(cells []string) table.Row {
	row := make(table.Row, len(cells))
	for i, c := range cells {
		row[i] = c
	}
	return row
}

// SetColumnConfigs implements table.Writer.
func (g *grid) SetColumnConfigs(configs []table.ColumnConfig) { g.configs = configs }

// print prints the table.
func (g *grid) print() {
	columns := g.app.screen.columns
	for hidden := 0; ; hidden++ {
		configs := append([]table.ColumnConfig{}, g.configs...)
		for _, name := range g.dispensable[:hidden] {
			configs = append(configs, table.ColumnConfig{Name: name, Hidden: true})
		}
		g.Writer.SetColumnConfigs(configs)
		out := g.Writer.Render()
		fits := columns == 0 || text.LongestLineLen(out) <= columns
		if !fits && hidden < len(g.dispensable) {
			continue
		}
		if !fits {
			g.Writer.Style().Size.WidthMax = columns // cut, with a mark
			out = g.Writer.Render()
		}
		fmt.Fprintln(g.app.stdout, trimRight(out))
		if hidden > 0 {
			fmt.Fprintln(g.app.stdout, g.app.screen.wrap("(no room for: "+strings.Join(g.dispensable[:hidden], ", ")+")"))
		}
		return
	}
}
