//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Upsample2D (2x2x2x3, scale 1) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(x[1,1,0,0] = -1.5489) = 25.814344600000
// cost(x[1,1,0,0] = -1.5491) = 25.814703400000
// so the derivative is their difference over 0.0002, -1.794000.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(2, 2, 2, 3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2, 2, 3), tensor.WithBacking([]float64{1.952, 0.424, -1.104, 1.369, -0.159, -1.687, 0.785, -0.743, 1.729, 0.201, -1.327, 1.146, -0.382, -1.91, 0.562, -0.966, 1.506, -0.122, -1.549, 0.923, -0.605, 1.867, 0.339, -1.189}))))
	y := gorgonia.Must(gorgonia.Upsample2D(x, 1))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(2, 2, 2, 3), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2, 2, 3), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95, 0.186, -0.577, 0.659, -0.105, -0.869, 0.367, -0.397, 0.839, 0.175, -0.689, 0.547, -0.217, -0.981, 0.255, -0.509, 0.727, -0.136, -0.8}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	w1 := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(2, 2, 2, 3), gorgonia.WithName("w1"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2, 2, 3), tensor.WithBacking([]float64{0.938, 0.174, -0.59, 0.646, -0.118, -0.882, 0.354, -0.409, 0.827, 0.163, -0.701, 0.535, -0.229, -0.993, 0.243, -0.521, 0.715, -0.14900000000000002, -0.813, 0.423, -0.341, 0.895, 0.132, -0.632}))))
	more1 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(x, w1))))
	cost = gorgonia.Must(gorgonia.Add(cost, more1))
	vm := gorgonia.NewLispMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of x:", gradient(x))
	fmt.Println("x[1,1,0,0] is -0.813, right is -1.794")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
