//go:build ignore

// The Lisp machine writes err.dot into the working directory when a root is no scalar.
// Right is an error and no file.
package main

import (
	"fmt"
	"os"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithShape(2), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, 2}))))
	gorgonia.Must(gorgonia.Square(x))
	must(os.Chdir(os.TempDir()))
	defer os.Remove("err.dot")
	fmt.Println("error:", gorgonia.NewLispMachine(g).RunAll())
	_, err := os.Stat("err.dot")
	fmt.Println("the file is there:", err == nil)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
