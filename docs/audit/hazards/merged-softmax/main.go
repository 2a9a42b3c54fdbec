//go:build ignore

// SoftMax(x) and LogSoftMax(x) have one hash and become one node.
// By hand: of two equal elements SoftMax is 0.5 and LogSoftMax ln 0.5 = -0.693147.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithShape(2), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, 1}))))
	p, l := gorgonia.Must(gorgonia.SoftMax(x)), gorgonia.Must(gorgonia.LogSoftMax(x))
	must(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println("softmax:", p.Value(), "log softmax:", l.Value())
	fmt.Println("the second is [0.5 0.5], right is [-0.693147 -0.693147]")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
