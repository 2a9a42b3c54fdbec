package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"gradtwin/graph/audit"
	"gradtwin/internal/words"
)

// printFuzz prints what fails among cases drawn at random, and whether package
// faults knows it.
func (a *app) printFuzz(rows []audit.Row, seed uint64, asJSON bool) error {
	if asJSON {
		for _, r := range rows {
			if err := a.line(r); err != nil {
				return err
			}
		}
		return nil
	}
	t := a.table()
	t.AppendHeader(table.Row{"operation", "verdict", "shapes", "as in", "known fault"})
	t.SetColumnConfigs([]table.ColumnConfig{{Name: "as in", WidthMax: 40, WidthMaxEnforcer: text.Trim},
		{Name: "known fault", WidthMax: 70}})
	type kind struct {
		op      string
		verdict audit.Verdict
		known   string
	}
	var kinds []kind
	examples := map[kind][]string{}
	failures, unknown := 0, 0
	for _, r := range rows {
		if !r.Fails() {
			continue
		}
		failures++
		k := kind{r.Op, r.Outcomes[0].Verdict, strings.Join(r.Known, "; ")}
		if k.known == "" {
			unknown++
			k.known = "none"
		}
		if examples[k] == nil {
			kinds = append(kinds, k)
		}
		examples[k] = append(examples[k], r.Variant)
	}
	for _, k := range kinds {
		shortest := slices.MinFunc(examples[k], func(a, b string) int { return len(a) - len(b) })
		t.AppendRow(table.Row{k.op, k.verdict, len(examples[k]), shortest, k.known})
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
