package main

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"gradtwin/graph/audit"
	"gradtwin/internal/words"
)

// printFuzz prints when the operations fail among cases drawn at random.
func (a *app) printFuzz(rows []audit.Row, conditions []audit.Condition, seed uint64, asJSON bool) error {
	if asJSON {
		for _, r := range rows {
			if err := a.line(r); err != nil {
				return err
			}
		}
		for _, c := range conditions {
			if err := a.line(c); err != nil {
				return err
			}
		}
		return nil
	}
	t := a.table()
	t.AppendHeader(table.Row{"operation", "fails by", "shapes", "when", "smallest", "known fault"})
	t.SetColumnConfigs([]table.ColumnConfig{{Name: "when", WidthMax: 60, WidthMaxEnforcer: text.WrapSoft},
		{Name: "smallest", WidthMax: 40, WidthMaxEnforcer: text.Trim},
		{Name: "known fault", WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}})
	failures, unknown := 0, 0
	for _, r := range rows {
		if r.Fails() {
			failures++
			if r.Known == nil {
				unknown++
			}
		}
	}
	for _, c := range conditions {
		when := c.When
		switch {
		case when == "":
			when = "no condition found"
		case c.Missed > 0:
			when += fmt.Sprintf("; %d more", c.Missed)
		}
		known := strings.Join(c.Known, "; ")
		if known == "" {
			known = "none"
		}
		t.AppendRow(table.Row{c.Op, c.Kind, fmt.Sprintf("%d of %d", c.Failing, c.Cases), when, c.Smallest, known})
	}
	fmt.Fprintln(a.stdout)
	t.print()
	fmt.Fprintln(a.stdout)
	a.say("%s shapes drawn from seed %d: %s fail, %s of them by no known fault", words.Int(len(rows)), seed,
		words.Int(failures), words.Int(unknown))
	return nil
}

// printWorse prints what is worse than in the baseline, and what could not be
// compared.
func (a *app) printWorse(c audit.Comparison, baseline string, asJSON bool) error {
	if c.Outcomes == 0 {
		return fmt.Errorf("--baseline %s: it has none of the %s rows of this audit", baseline, words.Int(c.New))
	}
	if asJSON {
		for _, w := range c.Worse {
			if err := a.line(w); err != nil {
				return err
			}
		}
	} else {
		for _, w := range c.Worse {
			fmt.Fprintf(a.stdout, "worse: %s (%s), %s: %s; it was %s\n", w.Op, w.Variant, w.After.Cell,
				oneLine(w.After.String()), oneLine(w.Before.String()))
		}
		fmt.Fprintf(a.stdout, "against %s: %s of %s outcomes are worse", baseline, words.Int(len(c.Worse)),
			words.Int(c.Outcomes))
		if c.Gone+c.New > 0 {
			fmt.Fprintf(a.stdout, "; not compared: %s rows of the baseline alone, %s of this audit alone", words.Int(c.Gone),
				words.Int(c.New))
		}
		fmt.Fprintln(a.stdout)
	}
	if len(c.Worse) > 0 {
		return errWorse
	}
	return nil
}

// oneLine joins a text of several lines.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (a *app) printAudit(rows []audit.Row, failures bool) {
	t := a.table()
	header := table.Row{"operation", "variant", "tape machine", "Lisp machine"}
	if failures {
		header = append(header, "where", "what")
		t.SetColumnConfigs([]table.ColumnConfig{{Name: "what", WidthMax: 100, WidthMaxEnforcer: text.Trim}})
	}
	t.AppendHeader(header)
	for _, r := range audit.OfType(rows, audit.TypeOperation) {
		row := table.Row{r.Op, r.Variant, r.Tape(), r.Lisp()}
		if o := r.Shown(); failures && o != nil {
			row = append(row, o.Cell, oneLine(o.String()))
		}
		t.AppendRow(row)
	}
	t.print()
}
