package models_test

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// sigmoidClassifier is a hidden layer and one probability a row.
func sigmoidClassifier() program {
	n := newNet(tensor.Float64)
	x, y := n.data("x", -1, 1, 12, 6), n.data("y", 0, 1, 12, 1)
	h := tanh(n.dense("hidden", x, 6, 8))
	p := sigmoid(n.dense("out", h, 8, 1))
	return n.train(mean(must(gorgonia.BinaryXent(p, y))))
}

// softmaxRegression is one layer, and a logarithm that Gorgonia rewrites.
func softmaxRegression() program {
	n := newNet(tensor.Float64)
	x, y := n.data("x", 0, 5, 15, 4), n.oneHot("y", 15, 3)
	p := must(gorgonia.SoftMax(n.dense("theta", x, 4, 3)))
	return n.train(crossEntropy(must(gorgonia.Log(p)), y))
}

// logisticRegression has a vector of weights and a scalar bias.
func logisticRegression() program {
	n := newNet(tensor.Float64)
	x, y := n.data("x", -2, 2, 20, 5), n.data("y", 0, 1, 20)
	w, b := n.weight("w", 5), n.bias("b")
	p := sigmoid(add(mul(x, w), b))
	one := n.constant(1)
	a := times(y, must(gorgonia.Log(p)))
	c := times(sub(one, y), must(gorgonia.Log(sub(one, p))))
	decay := times(n.constant(0.01), sum(square(w)))
	return n.train(add(neg(mean(add(a, c))), decay))
}

// zeroWeights starts with zeros everywhere, each ReLU at its kink.
func zeroWeights() program {
	n := newNet(tensor.Float64)
	zero := func(int) float64 { return 0 }
	x, y := n.data("x", 0, 1, 10, 6), n.oneHot("y", 10, 3)
	w1, b1 := n.input("w1", zero, 6, 5), n.input("b1", zero, 1, 5)
	w2, b2 := n.input("w2", zero, 5, 3), n.input("b2", zero, 1, 3)
	n.learn = gorgonia.Nodes{w1, b1, w2, b2}
	h := relu(rows(mul(x, w1), b1))
	return n.train(crossEntropy(logSoftMax(rows(mul(h, w2), b2)), y))
}
