package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/png"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/floats"

	"gradtwin"
	"gradtwin/backprop"
	"gradtwin/internal/digits"
	"gradtwin/internal/mnist"
	"gradtwin/internal/report"
	"gradtwin/internal/weights"
	"gradtwin/internal/words"
)

// predictFlags say by which weights, and what is shown.
type predictFlags struct {
	weights    string
	data       string
	activation string
	mistakes   int
	json       bool
	out        string
}

func (a *app) predictCommand() *cobra.Command {
	var f predictFlags
	cmd := &cobra.Command{
		Use:   "predict --weights FILE [PNG...]",
		Short: "Recognise digits by saved weights: the test set, or PNG files",
		Long: `The weights are those that train --save wrote, or a file of NumPy's savez with
the arrays W1 (inputs×outputs), b1, W2, and so on.

Without PNG files the test set is recognised: its accuracy, the confusion matrix,
and the mistakes of which the network was surest. A PNG file holds one digit, 28×28
pixels or larger, dark on light or light on dark. A larger one is cut out, scaled
and centred as MNIST's digits were.
`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.predict(cmd, &f, args) },
	}
	s := cmd.Flags()
	s.SortFlags = false
	s.StringVar(&f.weights, "weights", "", "file (.npz) with the weights")
	s.StringVar(&f.activation, "activation", gradtwin.ReLU.String(), "relu, sigmoid or tanh, where the file does not say: NumPy's do not")
	s.StringVar(&f.data, "data", "", "folder with the test set in MNIST's format (default: $GRADTWIN_DATA, then the Go module cache)")
	s.IntVar(&f.mistakes, "mistakes", 10, "mistakes on the test set to show, those of which the network was surest first")
	s.BoolVar(&f.json, "json", false, "print JSON Lines, one object a line with a type")
	s.StringVar(&f.out, "out", "", "folder for pictures: mistakes.png and confusion.png, or digits.png with what the network was shown of the PNG files")
	return cmd
}

// prediction is what the network says of one digit.
type prediction struct {
	Type          string    `json:"type"` // prediction
	File          string    `json:"file,omitempty"`
	Row           *int      `json:"row,omitempty"` // of the test set, from 0
	Label         *int      `json:"label,omitempty"`
	Class         int       `json:"class"`
	Probabilities []float64 `json:"probabilities"` // class by class

	pixels        []byte
	height, width int
}

// probability returns that of the class predicted.
func (p *prediction) probability() float64 { return p.Probabilities[p.Class] }

// predictConfig is the first line of the command's JSON.
type predictConfig struct {
	Type       string       `json:"type"` // config
	Command    string       `json:"command"`
	Weights    string       `json:"weights"`
	Layers     []int        `json:"layers"`
	Activation string       `json:"activation"`
	Data       *report.Data `json:"data,omitempty"`
}

func (a *app) predict(cmd *cobra.Command, f *predictFlags, files []string) error {
	if f.weights == "" {
		return usagef("weights: nothing given: want the file of train --save, or one of NumPy's savez")
	}
	if len(files) > 0 {
		for _, name := range []string{"data", "mistakes"} {
			if cmd.Flags().Changed(name) {
				return usagef("--%s: it has no effect on PNG files", name)
			}
		}
	}
	if f.mistakes < 0 {
		return usagef("mistakes %d: want 0 or more", f.mistakes)
	}
	activation, err := gradtwin.ParseActivation(f.activation)
	if err != nil {
		return usageError{err}
	}
	w, err := weights.Read(f.weights)
	if err != nil {
		return err
	}
	if w.Known {
		if cmd.Flags().Changed("activation") && activation != w.Activation {
			return usagef("activation %v: the weights in %s were trained with %v", activation, f.weights, w.Activation)
		}
		activation = w.Activation
	}
	spec := gradtwin.Spec{Layers: w.Layers, Activation: activation}
	net, err := backprop.New(spec)
	if err != nil {
		return err
	}
	copy(net.Params().Flat, w.Params.Flat)
	var dir report.Dir
	if f.out != "" {
		if dir, err = report.Open(f.out); err != nil {
			return err
		}
	}
	config := predictConfig{Type: "config", Command: "predict", Weights: filepath.Base(f.weights), Layers: w.Layers, Activation: activation.String()}
	if len(files) > 0 {
		return a.predictFiles(net, spec, config, files, f, dir)
	}
	return a.predictTest(cmd.Context(), net, spec, config, f, dir)
}

// predictFiles recognises the digits of PNG files.
func (a *app) predictFiles(net *backprop.Network, spec gradtwin.Spec, config predictConfig, files []string, f *predictFlags, dir report.Dir) error {
	const inputs = digits.Side * digits.Side
	if spec.Inputs() != inputs {
		return fmt.Errorf("weights %s: %d inputs: want %d, for digits of %d×%d pixels", f.weights, spec.Inputs(), inputs, digits.Side, digits.Side)
	}
	var found []prediction
	var batch gradtwin.Batch
	for _, file := range files {
		pixels, err := digits.Read(file)
		if err != nil {
			return err
		}
		set := mnist.Set{Images: pixels, Labels: []byte{0}, Height: digits.Side, Width: digits.Side}
		set.Batch(&batch, []int{0})
		p := prediction{Type: "prediction", File: file, pixels: pixels, height: set.Height, width: set.Width}
		if err := p.recognise(net, spec, batch.X); err != nil {
			return err
		}
		found = append(found, p)
	}
	if dir != "" {
		if err := writePNG(dir, "digits.png", sheet(found)); err != nil {
			return err
		}
	}
	if f.json {
		if err := a.line(config); err != nil {
			return err
		}
		for _, p := range found {
			if err := a.line(p); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range found {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		a.printDigit(&found[i])
	}
	return nil
}

// recognise fills in the class of one digit.
func (p *prediction) recognise(net *backprop.Network, spec gradtwin.Spec, x []float64) error {
	p.Probabilities = make([]float64, spec.Classes())
	if err := net.Probabilities(p.Probabilities, x); err != nil {
		return err
	}
	p.Class = floats.MaxIdx(p.Probabilities)
	return nil
}

// printDigit draws a digit with the probability of each class beside it.
func (a *app) printDigit(p *prediction) {
	fmt.Fprintf(a.stdout, "%s: %d, with probability %s\n", p.File, p.Class, words.Percent(p.probability()))
	const bar = 20 // characters of probability 1
	picture := digits.Text(p.pixels, p.height, p.width)
	for k := range max(len(picture), len(p.Probabilities)) {
		left, right := strings.Repeat(" ", p.width), ""
		if k < len(picture) {
			left = picture[k]
		}
		if k < len(p.Probabilities) {
			v := p.Probabilities[k]
			right = fmt.Sprintf("   %d %-*s %s", k, bar, strings.Repeat("█", int(bar*v+0.5)), words.Percent(v))
		}
		fmt.Fprintln(a.stdout, strings.TrimRight(left+right, " "))
	}
}

// testResult is what came of the whole test set.
type testResult struct {
	Type      string  `json:"type"` // result
	Rows      int     `json:"rows"`
	Accuracy  float64 `json:"accuracy"`
	Mistakes  int     `json:"mistakes"`
	Confusion [][]int `json:"confusion"` // label by label, the rows by the class predicted
}

// predictTest recognises the test set.
func (a *app) predictTest(ctx context.Context, net *backprop.Network, spec gradtwin.Spec, config predictConfig, f *predictFlags, dir report.Dir) error {
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
	fmt.Fprintf(a.stdout, "%s: layers %v, %s. Of %s test rows %s are right and %s wrong.\n", config.Weights, config.Layers, config.Activation,
		words.Int(r.Rows), words.Percent(r.Accuracy), words.Int(r.Mistakes))
	fmt.Fprintf(a.stdout, "\nConfusion: the labels by row, what was predicted by column\n")
	w := a.table()
	head := table.Row{""}
	for c := range r.Confusion {
		head = append(head, c)
	}
	w.AppendHeader(append(head, "right"))
	for label, counts := range r.Confusion {
		row, total := table.Row{label}, 0
		for _, n := range counts {
			row = append(row, n)
			total += n
		}
		right := "–"
		if total > 0 {
			right = words.Percent(float64(counts[label]) / float64(total))
		}
		w.AppendRow(append(row, right))
	}
	w.Render()
	if len(mistakes) == 0 {
		return nil
	}
	fmt.Fprintf(a.stdout, "\nThe mistakes of which the network was surest\n")
	w = a.table()
	w.AppendHeader(table.Row{"row", "label", "predicted", "probability", "of the label"})
	for _, p := range mistakes {
		w.AppendRow(table.Row{*p.Row, *p.Label, p.Class, words.Percent(p.probability()), words.Percent(p.Probabilities[*p.Label])})
	}
	w.Render()
	return nil
}

// sheet draws digits with what was predicted below each.
func sheet(found []prediction) image.Image {
	var all []digits.Labelled
	for _, p := range found {
		d := digits.Labelled{Pixels: p.pixels, Height: p.height, Width: p.width, Lines: []string{fmt.Sprintf("read %d, %s", p.Class, words.Percent(p.probability()))}}
		if p.Label != nil {
			d.Lines = append(d.Lines, fmt.Sprintf("is %d, %s", *p.Label, words.Percent(p.Probabilities[*p.Label])), fmt.Sprintf("row %d", *p.Row))
		} else {
			d.Lines = append(d.Lines, filepath.Base(p.File))
		}
		all = append(all, d)
	}
	return digits.Sheet(all)
}

func writePNG(dir report.Dir, name string, img image.Image) error {
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return dir.Write(name, buf.Bytes())
}
