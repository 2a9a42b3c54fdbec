//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// ByIndices (4, axis 0, [2 0]) on the tape machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(x[0] = 1.9521) = -0.643157400000
// cost(x[0] = 1.9519) = -0.643178600000
// so the derivative is their difference over 0.0002, 0.106000.
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
	i := gorgonia.NewTensor(g, gorgonia.Int, 1, gorgonia.WithShape(2), gorgonia.WithName("i"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]int{2, 0}))))
	y := gorgonia.Must(gorgonia.ByIndices(x, i, 0))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(2), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{0.77, 0.10600000000000001}))))
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
	fmt.Println("x[0] is 0.876, right is 0.106")
}
