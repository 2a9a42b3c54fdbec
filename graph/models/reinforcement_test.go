package models_test

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// qNetwork is the loss of deep Q-learning: the value of the action taken
// against its target.
func qNetwork() program {
	n := newNet(tensor.Float32)
	state, action, target := n.data("state", -1, 1, 10, 4), n.oneHot("action", 10, 2), n.data("target", 0, 2, 10)
	h := relu(n.dense("hidden2", relu(n.dense("hidden1", state, 4, 8)), 8, 8))
	q := sum(times(n.dense("q", h, 8, 2), action), 1)
	return n.train(mean(square(sub(q, target))))
}

// policyValueNet has residual blocks and two heads, and its learnables are kept
// as solvers take them.
func policyValueNet() program {
	const filters, side, moves = 2, 3, 6
	n := newNet(tensor.Float32)
	board := n.data("board", -1, 1, 4, 2, side, side)
	policy, value := n.oneHot("policy", 4, moves), n.data("value", -1, 1, 4, 1)
	x := relu(n.normalize(n.conv("first", board, 2, filters)))
	for k := range 2 {
		name := fmt.Sprint("block", k)
		y := relu(n.normalize(n.conv(name+".1", x, filters, filters)))
		x = relu(add(n.normalize(n.conv(name+".2", y, filters, filters)), x))
	}
	flat := reshape(x, 4, filters*side*side)
	moveLoss := crossEntropy(logSoftMax(n.dense("policy", flat, filters*side*side, moves)), policy)
	v := tanh(n.dense("value2", relu(n.dense("value1", flat, filters*side*side, 6)), 6, 1))
	return n.train(add(moveLoss, mean(square(sub(v, value)))))
}

// clippedPolicy is the loss of proximal policy optimization (Schulman et al.
// 2017): the smaller one of the ratio's and the clipped ratio's advantage.
func clippedPolicy() program {
	const batch = 12
	n := newNet(tensor.Float32)
	state, action := n.data("state", -1, 1, batch, 5), n.oneHot("action", batch, 3)
	old, advantage := n.data("old", -1.3, -0.9, batch), n.data("advantage", -1, 1, batch)
	low, high := n.data("low", 0.8, 0.8, batch), n.data("high", 1.2, 1.2, batch)
	h := tanh(n.dense("hidden", state, 5, 8))
	log := logSoftMax(n.dense("policy", h, 8, 3))
	ratio := exp(sub(sum(times(log, action), 1), old))
	clipped := must(gorgonia.MaxBetween(must(gorgonia.MinBetween(ratio, high)), low))
	surrogate := mean(must(gorgonia.MinBetween(times(ratio, advantage), times(clipped, advantage))))
	entropy := neg(mean(sum(times(exp(log), log), 1)))
	return n.train(neg(add(surrogate, times(n.constant(0.01), entropy))))
}
