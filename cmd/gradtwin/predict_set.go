package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"

	"gradtwin"
	"gradtwin/backprop"
	"gradtwin/internal/digits"
	"gradtwin/internal/report"
	"gradtwin/internal/words"
)

// testResult is the result on the whole test set.
type testResult struct {
	Type      string  `json:"type"` // result
	Rows      int     `json:"rows"`
	Accuracy  float64 `json:"accuracy"`
	Mistakes  int     `json:"mistakes"`
	Confusion [][]int `json:"confusion"` // label by label, the rows by the class predicted
}

// predictTest recognises the test set.
func (a *app) predictTest(
	ctx context.Context, net *backprop.Network, spec gradtwin.Spec, config predictConfig, f *predictFlags, dir report.Dir,
) error {
	data, err := a.load(ctx, f.data)
	if err != nil {
		return err
	}
	test := data.Test
	if spec.Inputs() != test.Inputs() || spec.Classes() < data.classes() {
		return fmt.Errorf("weights %s: %d inputs and %d classes: want %d, the pixels of the data set, and at least %d",
			f.weights, spec.Inputs(), spec.Classes(), test.Inputs(), data.classes())
	}
	described := data.describe()
	config.Data = &described
	r := testResult{Type: "result", Rows: test.Len(), Confusion: make([][]int, spec.Classes())}
	for c := range r.Confusion {
		r.Confusion[c] = make([]int, spec.Classes())
	}
	var mistakes []prediction
	var batch gradtwin.Batch
	for row := range test.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		test.Batch(&batch, []int{row})
		label := batch.Labels[0]
		p := prediction{Type: "prediction", Row: &row, Label: &label, height: test.Height, width: test.Width}
		if err := p.recognise(net, spec, batch.X); err != nil {
			return err
		}
		r.Confusion[label][p.Class]++
		if p.Class != label {
			p.pixels = test.Images[row*test.Inputs() : (row+1)*test.Inputs()]
			mistakes = append(mistakes, p)
		}
	}
	r.Mistakes = len(mistakes)
	r.Accuracy = 1 - float64(len(mistakes))/float64(test.Len())
	slices.SortStableFunc(mistakes, func(p, q prediction) int { return cmp.Compare(q.probability(), p.probability()) })
	mistakes = mistakes[:min(f.mistakes, len(mistakes))]
	if dir != "" {
		err := writePNG(dir, "confusion.png", digits.Confusion(r.Confusion))
		if err == nil && len(mistakes) > 0 {
			err = writePNG(dir, "mistakes.png", sheet(mistakes))
		}
		if err != nil {
			return err
		}
	}
	if !f.json {
		return a.printTest(config, &r, mistakes)
	}
	if err := a.line(config); err != nil {
		return err
	}
	for _, p := range mistakes {
		if err := a.line(p); err != nil {
			return err
		}
	}
	return a.line(r)
}

func (a *app) printTest(config predictConfig, r *testResult, mistakes []prediction) error {
	a.say("%s: layers %v, %s. Of %s test rows %s are right and %s wrong.", config.Weights, config.Layers,
		config.Activation,
		words.Int(r.Rows), words.Percent(r.Accuracy), words.Int(r.Mistakes))
	a.captioned(report.ConfusionTable(r.Confusion, r.Confusion))
	if len(mistakes) == 0 {
		return nil
	}
	fmt.Fprintf(a.stdout, "\nThe most confident mistakes\n")
	w := a.table()
	w.AppendHeader(table.Row{"row", "label", "predicted", "probability", "of the label"})
	for _, p := range mistakes {
		w.AppendRow(table.Row{*p.Row, *p.Label, p.Class, words.Percent(p.probability()),
			words.Percent(p.Probabilities[*p.Label])})
	}
	w.print()
	return nil
}
