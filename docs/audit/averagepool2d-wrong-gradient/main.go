//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// AveragePool2D (1x1x3x4, kernel 2x2, stride 1x2, pad 1x0) on the tape machine: wrong gradient.
//
// An average divides by the kernel's size; Gorgonia divides by the image's width,
// and its gradient goes to the last element under the kernel alone.
//
// By hand, with y from plain Go and the cost below:
// cost(x[0,0,1,1] = 0.6171) = 0.962106150000
// cost(x[0,0,1,1] = 0.6169) = 0.962158350000
// so the derivative is their difference over 0.0002, -0.261000.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 1, 3, 4), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 1, 3, 4), tensor.WithBacking([]float64{1.982, 1.409, 0.836, 1.763, 1.19, 0.617, 1.544, 0.971, 1.898, 1.326, 0.753, 1.68}))))
	y := gorgonia.Must(gorgonia.AveragePool2D(x, tensor.Shape{2, 2}, []int{1, 0}, []int{1, 2}))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 1, 4, 2), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 1, 4, 2), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95, 0.186, -0.577}))))
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
	fmt.Println("x[0,0,1,1] is 0.1195, right is -0.261")
}
