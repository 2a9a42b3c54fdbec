//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// BatchNorm (4x2x2x2, scale 1x2x1x1, ε 1e-05, evaluation, mean 0.5 and variance 2) on the tape machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(x[0,1,0,1] = -1.6869) = 11.352781405872
// cost(x[0,1,0,1] = -1.6871) = 11.352537426358
// so the derivative is their difference over 0.0002, 1.219898.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(4, 2, 2, 2), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(4, 2, 2, 2), tensor.WithBacking([]float64{1.952, 0.424, -1.104, 1.369, -0.159, -1.687, 0.785, -0.743, 1.729, 0.201, -1.327, 1.146, -0.382, -1.91, 0.562, -0.966, 1.506, -0.122, -1.549, 0.923, -0.605, 1.867, 0.339, -1.189, 1.283, -0.244, -1.772, 0.7, -0.828, 1.644, 0.116, -1.412}))))
	γ := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 2, 1, 1), gorgonia.WithName("γ"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2, 1, 1), tensor.WithBacking([]float64{0.889, 1.816}))))
	β := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 2, 1, 1), gorgonia.WithName("β"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2, 1, 1), tensor.WithBacking([]float64{0.16, -0.704}))))
	y := gorgonia.Must(func() (*gorgonia.Node, error) {
		y, _, _, op, err := gorgonia.BatchNorm(x, γ, β, 0.9, 1e-05)
		if err != nil {
			return nil, err
		}
		return y, op.SetStats(tensor.New(tensor.WithBacking([]float64{0.5, 0.5})), tensor.New(tensor.WithBacking([]float64{2, 2})))
	}())
	w := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(4, 2, 2, 2), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(4, 2, 2, 2), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95, 0.186, -0.577, 0.659, -0.105, -0.869, 0.367, -0.397, 0.839, 0.175, -0.689, 0.547, -0.217, -0.981, 0.255, -0.509, 0.727, -0.136, -0.8, 0.436, -0.328, 0.908, 0.144, -0.62, 0.616, -0.148, -0.912}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	grads, err := gorgonia.Grad(cost, x, γ, β)
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	vm := gorgonia.NewTapeMachine(g, gorgonia.EvalMode())
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of x:", grads[0].Value())
	fmt.Println("gradient of γ:", grads[1].Value())
	fmt.Println("gradient of β:", grads[2].Value())
	fmt.Println("x[0,1,0,1] is 545.556, right is 1.2199")
}
