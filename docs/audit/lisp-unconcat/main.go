//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Unconcat (6, axis 0, second of 3) on the Lisp machine: error.
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
	x := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(6), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(6), tensor.WithBacking([]float64{1.952, 0.424, -1.104, 1.369, -0.159, -1.687}))))
	y := gorgonia.Must(func() (*gorgonia.Node, error) { n, err := gorgonia.Unconcat(x, 0, 3); return n[1], err }())
	w := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(2), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{0.77, 0.10600000000000001}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	vm := gorgonia.NewLispMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of x:", gradient(x))
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
