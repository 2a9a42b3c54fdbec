//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// MinBetween (scalar) on the tape machine: error.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

func main() {
	g := gorgonia.NewGraph()
	a := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("a"),
		gorgonia.WithValue(float64(1.952)))
	b := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("b"),
		gorgonia.WithValue(float64(-0.964)))
	y := gorgonia.Must(gorgonia.MinBetween(a, b))
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("value:", y.Value())
	fmt.Println("the audit: error: running: PC 2. Failed to execute instruction MinBetween\t[CPU0 CPU1]\tCPU2\tfalse\tfalse\tfalse: Failed to carry op.Do(): Cannot perform MinBetween of *gorgonia.F64 and *gorgonia.F64")
}
