//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Conv1d (1x2x1x5, kernel 2x2x1x3) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(x[0,0,0,0] = 0.9761) = 7.007585391200
// cost(x[0,0,0,0] = 0.9759) = 7.007382728800
// so the derivative is their difference over 0.0002, 1.013312.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 2, 1, 5), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2, 1, 5), tensor.WithBacking([]float64{0.976, 0.212, -0.552, 0.684, -0.18, -0.844, 0.392, -0.371, 0.865, 0.101}))))
	f := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(2, 2, 1, 3), gorgonia.WithName("f"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2, 1, 3), tensor.WithBacking([]float64{-0.482, 0.754, -0.11, -0.774, 0.462, -0.302, 0.934, 0.171, -0.593, 0.643, -0.121, -0.885}))))
	y := gorgonia.Must(gorgonia.Conv1d(x, f, 3, 0, 1, 1))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 2, 1, 3), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2, 1, 3), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	w1 := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 2, 1, 5), gorgonia.WithName("w1"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2, 1, 5), tensor.WithBacking([]float64{0.938, 0.174, -0.59, 0.646, -0.118, -0.882, 0.354, -0.409, 0.827, 0.163}))))
	more1 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(x, w1))))
	cost = gorgonia.Must(gorgonia.Add(cost, more1))
	w2 := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(2, 2, 1, 3), gorgonia.WithName("w2"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2, 1, 3), tensor.WithBacking([]float64{-0.52, 0.716, -0.14800000000000002, -0.812, 0.424, -0.34, 0.896, 0.133, -0.631, 0.605, -0.159, -0.923}))))
	more2 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(f, w2))))
	cost = gorgonia.Must(gorgonia.Add(cost, more2))
	vm := gorgonia.NewLispMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of x:", gradient(x))
	fmt.Println("gradient of f:", gradient(f))
	fmt.Println("x[0,0,0,0] is 0.075312, right is 1.01331")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
