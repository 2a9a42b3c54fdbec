//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// LogSumExp (1x3, axis 0) on the tape machine: wrong forward value.
//
// log Σ exp(x) is m + log Σ exp(x-m) with m the maximum; Gorgonia adds m inside the logarithm.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(1, 3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{1.952, 0.424, -1.104}))))
	y := gorgonia.Must(gorgonia.LogSumExp(x, 0))
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("value:", y.Value())
	fmt.Println("the audit: wrong forward value: shape scalar, want 3")
}
