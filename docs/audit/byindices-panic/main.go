//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// ByIndices (2x3x2, axis 1, [2 0]) on the tape machine: panic.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 3, gorgonia.WithShape(2, 3, 2), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 3, 2), tensor.WithBacking([]float64{1.952, 0.424, -1.104, 1.369, -0.159, -1.687, 0.785, -0.743, 1.729, 0.201, -1.327, 1.146}))))
	i := gorgonia.NewTensor(g, gorgonia.Int, 1, gorgonia.WithShape(2), gorgonia.WithName("i"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]int{2, 0}))))
	y := gorgonia.Must(gorgonia.ByIndices(x, i, 1))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 3, gorgonia.WithShape(2, 2, 2), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2, 2), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95, 0.186, -0.577}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	grads, err := gorgonia.Grad(cost, x)
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of x:", grads[0].Value())
}
