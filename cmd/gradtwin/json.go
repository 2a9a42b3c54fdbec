package main

import (
	"encoding/json"
	"fmt"

	"gradtwin/graph"
	"gradtwin/internal/gemm"
	"gradtwin/internal/simd"
	"gradtwin/internal/stats"
)

// line prints one object of JSON Lines.
func (a *app) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s\n", text)
	return err
}

// configLine is the first line of every command's JSON: what is needed to run
// the same again.
type configLine struct {
	Type        string   `json:"type"` // config
	Command     string   `json:"command"`
	Backend     string   `json:"backend,omitempty"`
	Backends    []string `json:"backends,omitempty"` // of a comparison
	Replay      string   `json:"replay"`
	Config      any      `json:"config"`
	Engine      string   `json:"engine,omitempty"`
	Formula     string   `json:"formula,omitempty"`
	Step        float64  `json:"step"` // h of the differences
	Data        any      `json:"data"`
	Kernels     kernels  `json:"kernels"`
	Environment any      `json:"environment"`
}

// kernels says which code has computed: the same run on another kind of
// processor differs by rounding.
type kernels struct {
	Differences string `json:"differences"` // of the incremental engine
	Products    string `json:"products"`    // of the graph backend
}

func newKernels() kernels {
	return kernels{Differences: simd.Level(), Products: graph.BLAS + " " + gemm.Level()}
}

type stepLine struct {
	Type    string         `json:"type"` // step
	Batches string         `json:"batches"`
	Backend string         `json:"backend"`
	Step    int            `json:"step"`
	Loss    stats.Nullable `json:"loss"`
	Seconds float64        `json:"seconds"`
}
