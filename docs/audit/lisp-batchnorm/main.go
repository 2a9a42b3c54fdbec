//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// BatchNorm (4x3, scale 1x3, ε 1e-05) on the Lisp machine: panic.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(4, 3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(4, 3), tensor.WithBacking([]float64{1.952, 0.424, -1.104, 1.369, -0.159, -1.687, 0.785, -0.743, 1.729, 0.201, -1.327, 1.146}))))
	γ := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(1, 3), gorgonia.WithName("γ"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{0.889, 1.816, 1.243}))))
	β := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(1, 3), gorgonia.WithName("β"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{0.16, -0.704, 0.532}))))
	y := gorgonia.Must(func() (*gorgonia.Node, error) {
		y, _, _, _, err := gorgonia.BatchNorm(x, γ, β, 0.9, 1e-05)
		return y, err
	}())
	w := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(4, 3), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(4, 3), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95, 0.186, -0.577, 0.659, -0.105, -0.869, 0.367}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	vm := gorgonia.NewLispMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of x:", gradient(x))
	fmt.Println("gradient of γ:", gradient(γ))
	fmt.Println("gradient of β:", gradient(β))
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
