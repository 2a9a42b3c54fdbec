//go:build ignore

// Slices whose ends agree in their lowest byte are merged: v[0:2] and v[256:258].
// By hand: element i of v is i, so the second slice is [256 257].
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := make([]float64, 300)
	for i := range x {
		x[i] = float64(i)
	}
	v := gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithShape(300), gorgonia.WithName("v"),
		gorgonia.WithValue(tensor.New(tensor.WithBacking(x))))
	a, b := gorgonia.Must(gorgonia.Slice(v, gorgonia.S(0, 2))), gorgonia.Must(gorgonia.Slice(v, gorgonia.S(256, 258)))
	must(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println("slices:", a.Value(), b.Value())
	fmt.Println("the second is [0 1], right is [256 257]")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
