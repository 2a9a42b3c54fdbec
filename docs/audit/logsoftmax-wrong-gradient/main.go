//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// LogSoftMax (3x1) on the tape machine: wrong gradient.
//
// Without an axis the value is that along axis 0 and the gradient that of another axis.
//
// By hand, with y from plain Go and the cost below:
// cost(x[0,0] = 0.9761) = 1.015898013964
// cost(x[0,0] = 0.9759) = 1.015758038471
// so the derivative is their difference over 0.0002, 0.699877.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(3, 1), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{0.976, 0.212, -0.552}))))
	y := gorgonia.Must(gorgonia.LogSoftMax(x))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(3, 1), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758}))))
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
	fmt.Println("x[0,0] is 0.312421, right is 0.699877")
}
