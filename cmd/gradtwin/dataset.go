package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"gradtwin/internal/mnist"
	"gradtwin/internal/report"
)

// dataset is the data as it was found and read.
type dataset struct {
	*mnist.Data
	source mnist.Source
}

// load finds and reads the data, and prints warnings about it to stderr.
func (a *app) load(ctx context.Context, dir string) (*dataset, error) {
	source, err := mnist.Find(ctx, dir)
	if err != nil {
		return nil, err
	}
	data, err := mnist.Read(os.DirFS(source.Dir))
	if err != nil {
		return nil, fmt.Errorf("data in %s: %w", source.Dir, err)
	}
	for _, w := range data.Warnings {
		fmt.Fprintln(a.stderr, "gradtwin: warning:", w)
	}
	return &dataset{Data: data, source: source}, nil
}

// classes returns the number of classes: one more than the largest label.
func (d *dataset) classes() int {
	return 1 + int(max(slices.Max(d.Train.Labels), slices.Max(d.Test.Labels)))
}

// describe returns what a report says of the data.
func (d *dataset) describe() report.Data {
	out := report.Data{Origin: d.source.Origin, Train: d.Train.Len(), Test: d.Test.Len()}
	for _, f := range d.Files {
		out.Files = append(out.Files, report.File{Name: f.Name, SHA256: f.SHA256})
	}
	return out
}
