package main

import (
	"gradtwin/compare/twin"
	"gradtwin/internal/report"
)

// comparePrinter prints a comparison while it goes on.
type comparePrinter interface {
	begin(r *report.Results) error
	// compared follows each comparison of the gradients.
	compared(c twin.Config, g twin.Comparison) error
	step(c twin.Config, symbolic, numeric twin.Step) error
	ran(run *report.Run) error
	// end follows all runs; out is the folder written to, "" for none.
	end(r *report.Results, out string) error
}
