//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// BroadcastHadamardDiv (2x1, 1x3) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(a[0,0] = 1.9821) = 4.994711895032
// cost(a[0,0] = 1.9819) = 4.994461355669
// so the derivative is their difference over 0.0002, 1.252697.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	a := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 1), gorgonia.WithName("a"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{1.982, 1.409}))))
	b := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(1, 3), gorgonia.WithName("b"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{0.889, 1.816, 1.243}))))
	y := gorgonia.Must(gorgonia.BroadcastHadamardDiv(a, b, []byte{1}, []byte{0}))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 3), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	w1 := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 1), gorgonia.WithName("w1"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{0.938, 0.174}))))
	more1 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(a, w1))))
	cost = gorgonia.Must(gorgonia.Add(cost, more1))
	w2 := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(1, 3), gorgonia.WithName("w2"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{-0.52, 0.716, -0.14800000000000002}))))
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
	fmt.Println("a[0,0] is 0.314697, right is 1.2527")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
