//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Concat (2x1, 2x2, 2x1, axis 1) on the Lisp machine: error.
package main

import (
	"fmt"
	"os"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	// The Lisp machine may write err.dot into the working directory.
	if err := os.Chdir(os.TempDir()); err != nil {
		panic(err)
	}
	defer os.Remove("err.dot")
	g := gorgonia.NewGraph()
	a := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 1), gorgonia.WithName("a"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{1.952, 0.424}))))
	b := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 2), gorgonia.WithName("b"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{-0.964, 1.508, -0.12000000000000001, -1.547}))))
	c := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 1), gorgonia.WithName("c"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{0.12, -1.408}))))
	y := gorgonia.Must(gorgonia.Concat(1, a, b, c))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 4), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 4), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95, 0.186, -0.577}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	vm := gorgonia.NewLispMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of a:", gradient(a))
	fmt.Println("gradient of b:", gradient(b))
	fmt.Println("gradient of c:", gradient(c))
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
