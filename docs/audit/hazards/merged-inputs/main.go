//go:build ignore

// Two inputs with one name and shape become one node.
// By hand: 2 + 3 is 5.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

func main() {
	g := gorgonia.NewGraph()
	a := gorgonia.NewScalar(g, gorgonia.Float64, gorgonia.WithName("x"), gorgonia.WithValue(2.0))
	b := gorgonia.NewScalar(g, gorgonia.Float64, gorgonia.WithName("x"), gorgonia.WithValue(3.0))
	sum := gorgonia.Must(gorgonia.Add(a, b))
	must(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println("sum:", sum.Value(), "one node:", a == b)
	fmt.Println("it is 4, right is 5")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
