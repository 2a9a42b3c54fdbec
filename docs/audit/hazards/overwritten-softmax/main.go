//go:build ignore

// Log(SoftMax(x)) is rewritten to LogSoftMax in place, so that the softmax itself is lost.
// By hand: of two equal elements SoftMax is 0.5.
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
	p := gorgonia.Must(gorgonia.SoftMax(x))
	gorgonia.Must(gorgonia.Log(p))
	must(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println("softmax:", p.Value())
	fmt.Println("it is [-0.693147 -0.693147], right is [0.5 0.5]")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
