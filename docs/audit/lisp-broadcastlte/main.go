//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// BroadcastLte (2x1, 2x3) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(a[0,0] = 1.9521) = 5.070997800000
// cost(a[0,0] = 1.9519) = 5.070810200000
// so the derivative is their difference over 0.0002, 0.938000.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	a := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 1), gorgonia.WithName("a"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{1.952, 0.424}))))
	b := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 3), gorgonia.WithName("b"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{-0.964, 1.508, -0.12000000000000001, -1.547, 0.925, -0.603}))))
	y := gorgonia.Must(gorgonia.BroadcastLte(a, b, true, []byte{1}, nil))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 3), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	w1 := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 1), gorgonia.WithName("w1"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{0.938, 0.174}))))
	more1 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(a, w1))))
	cost = gorgonia.Must(gorgonia.Add(cost, more1))
	w2 := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 3), gorgonia.WithName("w2"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{-0.52, 0.716, -0.14800000000000002, -0.812, 0.424, -0.34}))))
	more2 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(b, w2))))
	cost = gorgonia.Must(gorgonia.Add(cost, more2))
	vm := gorgonia.NewLispMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of a:", gradient(a))
	fmt.Println("gradient of b:", gradient(b))
	fmt.Println("a[0,0] is 0, right is 0.938")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
