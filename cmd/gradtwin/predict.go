package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"path/filepath"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/floats"

	"gradtwin"
	"gradtwin/backprop"
	"gradtwin/internal/digits"
	"gradtwin/internal/report"
	"gradtwin/internal/weights"
	"gradtwin/internal/words"
)

// predictFlags say by which weights, and what is shown.
type predictFlags struct {
	weights    string
	data       string
	activation gradtwin.Activation
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
		Example: `  gradtwin predict --weights w.npz                  # the test set, as train --save w.npz left it
  gradtwin predict --weights w.npz digit.png`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.predict(cmd, &f, args) },
	}
	s := cmd.Flags()
	s.SortFlags = false
	s.StringVar(&f.weights, "weights", "", "`FILE` (.npz) with the weights")
	enumVar(s, &f.activation, "activation", gradtwin.ReLU, "relu, sigmoid or tanh, where the file does not say: NumPy's do not")
	s.StringVar(&f.data, "data", "", dataUsage)
	s.IntVar(&f.mistakes, "mistakes", 10, "`mistakes` on the test set to show, those of which the network was surest first")
	addJSON(s, &f.json)
	s.StringVar(&f.out, "out", "", "`DIR` for pictures: mistakes.png and confusion.png, or digits.png with what the network was shown of the PNG files")
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
		if err := refuseIdle(cmd, []idleFlag{{"data", "on PNG files"}, {"mistakes", "on PNG files"}}); err != nil {
			return err
		}
	}
	if f.mistakes < 0 {
		return usagef("mistakes %d: want 0 or more", f.mistakes)
	}
	activation := f.activation
	w, err := weights.Read(f.weights)
	if err != nil {
		return err
	}
	if w.Known {
		idle := idleFlag{"activation", fmt.Sprintf("with weights that say theirs: %v", w.Activation)}
		if err := refuseIdle(cmd, []idleFlag{idle}); err != nil {
			return err
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

// recognise fills in the class of one digit.
func (p *prediction) recognise(net *backprop.Network, spec gradtwin.Spec, x []float64) error {
	p.Probabilities = make([]float64, spec.Classes())
	if err := net.Probabilities(p.Probabilities, x); err != nil {
		return err
	}
	p.Class = floats.MaxIdx(p.Probabilities)
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
