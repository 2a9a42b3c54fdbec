//go:build ignore

// A second Grad in one graph leaves out what goes through nodes that the first has been through.
// By hand: with x = 2 the derivative of x²·3 is 12, that of x²·3 + x³·1.5 is 12 + 18 = 30.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewScalar(g, gorgonia.Float64, gorgonia.WithName("x"), gorgonia.WithValue(2.0))
	first := gorgonia.Must(gorgonia.Mul(gorgonia.Must(gorgonia.Square(x)), gorgonia.NewConstant(3.0)))
	second := gorgonia.Must(gorgonia.Add(first, gorgonia.Must(gorgonia.Mul(gorgonia.Must(gorgonia.Cube(x)), gorgonia.NewConstant(1.5)))))
	a, err := gorgonia.Grad(first, x)
	must(err)
	b, err := gorgonia.Grad(second, x)
	must(err)
	must(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println("gradients:", a[0].Value(), b[0].Value())
	fmt.Println("the second is 18, right is 30")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
