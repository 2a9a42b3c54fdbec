package main

import (
	"fmt"
	"strings"

	"gradtwin"
	"gradtwin/backprop"
	"gradtwin/internal/digits"
	"gradtwin/internal/mnist"
	"gradtwin/internal/report"
	"gradtwin/internal/words"
)

// predictFiles recognises the digits of PNG files.
func (a *app) predictFiles(
	net *backprop.Network, spec gradtwin.Spec, config predictConfig, files []string, f *predictFlags, dir report.Dir,
) error {
	const inputs = digits.Side * digits.Side
	if spec.Inputs() != inputs {
		return fmt.Errorf("weights %s: %d inputs: want %d, for digits of %d×%d pixels", f.weights, spec.Inputs(), inputs,
			digits.Side, digits.Side)
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
