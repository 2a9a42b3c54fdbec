//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// GroupNorm (2x4x2x2, 1 groups) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(x[0,1,0,1] = -1.6869) = 11.207753139336
// cost(x[0,1,0,1] = -1.6871) = 11.207422970289
// so the derivative is their difference over 0.0002, 1.650845.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(2, 4, 2, 2), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 4, 2, 2), tensor.WithBacking([]float64{1.952, 0.424, -1.104, 1.369, -0.159, -1.687, 0.785, -0.743, 1.729, 0.201, -1.327, 1.146, -0.382, -1.91, 0.562, -0.966, 1.506, -0.122, -1.549, 0.923, -0.605, 1.867, 0.339, -1.189, 1.283, -0.244, -1.772, 0.7, -0.828, 1.644, 0.116, -1.412}))))
	γ := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 4, 1, 1), gorgonia.WithName("γ"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 4, 1, 1), tensor.WithBacking([]float64{0.889, 1.816, 1.243, 0.67}))))
	β := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 4, 1, 1), gorgonia.WithName("β"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 4, 1, 1), tensor.WithBacking([]float64{0.16, -0.704, 0.532, -0.232}))))
	y := gorgonia.Must(gorgonia.GroupNorm(x, γ, β, 1, 4, 1e-5))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(2, 4, 2, 2), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 4, 2, 2), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95, 0.186, -0.577, 0.659, -0.105, -0.869, 0.367, -0.397, 0.839, 0.175, -0.689, 0.547, -0.217, -0.981, 0.255, -0.509, 0.727, -0.136, -0.8, 0.436, -0.328, 0.908, 0.144, -0.62, 0.616, -0.148, -0.912}))))
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
	fmt.Println("x[0,1,0,1] is -8.67314e-06, right is 1.65085")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
