package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"path/filepath"

	"gonum.org/v1/gonum/floats"

	"gradtwin"
	"gradtwin/backprop"
	"gradtwin/internal/digits"
	"gradtwin/internal/report"
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

// prediction is the class of one digit by the network.
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

// recognise fills in the class of one digit.
func (p *prediction) recognise(net *backprop.Network, spec gradtwin.Spec, x []float64) error {
	p.Probabilities = make([]float64, spec.Classes())
	if err := net.Probabilities(p.Probabilities, x); err != nil {
		return err
	}
	p.Class = floats.MaxIdx(p.Probabilities)
	return nil
}

// predictConfig is the first line of the command's JSON.
type predictConfig struct {
	Type       string       `json:"type"` // config
	Command    string       `json:"command"`
	Weights    string       `json:"weights"`
	Layers     []int        `json:"layers"`
	Activation string       `json:"activation"`
	Data       *report.Data `json:"data,omitempty"`
}

// sheet draws digits with what was predicted below each.
func sheet(found []prediction) image.Image {
	var all []digits.Labelled
	for _, p := range found {
		d := digits.Labelled{Pixels: p.pixels, Height: p.height, Width: p.width,
			Lines: []string{fmt.Sprintf("read %d, %s", p.Class, words.Percent(p.probability()))}}
		if p.Label != nil {
			d.Lines = append(d.Lines, fmt.Sprintf("is %d, %s", *p.Label, words.Percent(p.Probabilities[*p.Label])),
				fmt.Sprintf("row %d", *p.Row))
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
