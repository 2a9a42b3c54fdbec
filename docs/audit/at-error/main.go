//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// At (4, [2]) on the tape machine: error.
//
// At takes one element; Gorgonia's node is never computed.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(4), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(4), tensor.WithBacking([]float64{1.952, 0.424, -1.104, 1.369}))))
	y := gorgonia.Must(gorgonia.At(x, 2))
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("value:", y.Value())
	fmt.Println("the audit: error: no value")
}
