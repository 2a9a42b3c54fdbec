package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/backprop"
	"gradtwin/internal/report"
	"gradtwin/internal/weights"
)

func (a *app) predictCommand() *cobra.Command {
	var f predictFlags
	cmd := &cobra.Command{
		Use:   "predict --weights FILE [PNG...]",
		Short: "Recognise digits by saved weights: the test set, or PNG files",
		Long: `The weights are those that train --save wrote, or a file of NumPy's savez with
the arrays W1 (inputs×outputs), b1, W2, and so on.

Without PNG files the test set is recognised, with its accuracy, the confusion
matrix and the most confident mistakes. A PNG file holds one digit, 28×28 pixels or
larger, dark on light or light on dark. A larger one is cut out, scaled and centred
as MNIST's digits were.
`,
		Example: `  gradtwin predict --weights w.npz                  # the test set, as train --save w.npz left it
  gradtwin predict --weights w.npz digit.png`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.predict(cmd, &f, args) },
	}
	s := cmd.Flags()
	s.SortFlags = false
	s.StringVar(&f.weights, "weights", "", "`FILE` (.npz) with the weights")
	enumVar(s, &f.activation, "activation", gradtwin.ReLU, "relu, sigmoid or tanh, where the file does not say: NumPy's "+
		"do not")
	s.StringVar(&f.data, "data", "", dataUsage)
	s.IntVar(&f.mistakes, "mistakes", 10, "`mistakes` on the test set to show, the most confident first")
	addJSON(s, &f.json)
	s.StringVar(&f.out, "out", "", "`DIR` for pictures: mistakes.png and confusion.png, or digits.png with what the "+
		"network was shown of the PNG files")
	return cmd
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
	config := predictConfig{Type: "config", Command: "predict", Weights: filepath.Base(f.weights), Layers: w.Layers,
		Activation: activation.String()}
	if len(files) > 0 {
		return a.predictFiles(net, spec, config, files, f, dir)
	}
	return a.predictTest(cmd.Context(), net, spec, config, f, dir)
}
