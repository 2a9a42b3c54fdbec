package models_test

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// gate is an affine function of an input and a state, both vectors.
func (n *net) gate(name string, in, hidden int) func(x, h node) node {
	w, u, b := n.weight(name+".w", hidden, in), n.weight(name+".u", hidden, hidden), n.bias(name+".b", hidden)
	return func(x, h node) node { return add(add(mul(w, x), mul(u, h)), b) }
}

// charLSTM reads a text character by character, each a row sliced out of an
// embedding. All sizes are multiples of four, so that its training can be compared
// to the bit: gonum's float32 products of a matrix and a vector of 5 round in
// another order at another memory address.
func charLSTM() program {
	const vocabulary, embedded, hidden = 8, 4, 8
	n := newNet(tensor.Float32)
	embedding := n.weight("embedding", vocabulary, embedded)
	in, forget, out, cell := n.gate("in", embedded, hidden), n.gate("forget", embedded, hidden),
		n.gate("out", embedded, hidden), n.gate("cell", embedded, hidden)
	decoder, bias := n.weight("decoder", vocabulary, hidden), n.bias("decoder.b", vocabulary)
	h, c := n.data("h0", 0, 0, hidden), n.data("c0", 0, 0, hidden)
	text := []int{0, 3, 1, 1, 5, 2}
	var cost node
	for t := range text[1:] {
		x := must(gorgonia.Slice(embedding, gorgonia.S(text[t])))
		c, h = step(in, forget, out, cell, x, h, c)
		p := must(gorgonia.SoftMax(add(mul(decoder, h), bias)))
		loss := neg(must(gorgonia.Log(must(gorgonia.Slice(p, gorgonia.S(text[t+1]))))))
		if cost == nil {
			cost = loss
		} else {
			cost = add(cost, loss)
		}
	}
	return n.train(cost)
}

// step is one step of an LSTM.
func step(in, forget, out, cell func(x, h node) node, x, h, c node) (newC, newH node) {
	newC = add(times(sigmoid(forget(x, h)), c), times(sigmoid(in(x, h)), tanh(cell(x, h))))
	return newC, times(sigmoid(out(x, h)), tanh(newC))
}

// gru returns a step of a gated recurrent unit.
func (n *net) gru(name string, in, hidden int) func(x, h node) node {
	update, reset := n.gate(name+".update", in, hidden), n.gate(name+".reset", in, hidden)
	candidate := n.gate(name+".candidate", in, hidden)
	one := n.constant(1)
	return func(x, h node) node {
		z, r := sigmoid(update(x, h)), sigmoid(reset(x, h))
		return add(times(sub(one, z), tanh(candidate(x, times(r, h)))), times(z, h))
	}
}

// sequenceToSequence encodes three vectors and decodes two.
func sequenceToSequence() program {
	const in, hidden, out = 3, 4, 4
	n := newNet(tensor.Float64)
	encode, decode := n.gru("encoder", in, hidden), n.gru("decoder", out, hidden)
	w, b := n.weight("out.w", out, hidden), n.bias("out.b", out)
	h := n.data("h0", 0, 0, hidden)
	for t := range 3 {
		h = encode(n.data(fmt.Sprint("x", t), -1, 1, in), h)
	}
	var losses gorgonia.Nodes
	previous := n.data("start", 0, 0, out)
	for t := range 2 {
		target := n.data(fmt.Sprint("y", t), 0, 1, out)
		h = decode(previous, h)
		losses = append(losses, neg(sum(times(target, logSoftMax(add(mul(w, h), b))))))
		previous = target
	}
	return n.train(must(gorgonia.ReduceAdd(losses)))
}

// embedding looks rows up, averages them and classifies the average.
func embedding() program {
	n := newNet(tensor.Float32)
	table := n.weight("embedding", 8, 5)
	y := n.oneHot("y", 1, 3)
	words := must(gorgonia.ByIndices(table, n.indices("words", 2, 7, 2, 0, 1, 3, 4, 5, 6), 0))
	h := relu(n.dense("hidden", reshape(mean(words, 0), 1, 5), 5, 6))
	return n.train(crossEntropy(logSoftMax(n.dense("out", h, 6, 3)), y))
}
