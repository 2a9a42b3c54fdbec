package models_test

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph"
)

// denoisingAutoencoder sees its input with a part of it set to 0, and has tied
// weights.
func denoisingAutoencoder() (*graph.Wrapped, error) {
	const visible, hidden = 8, 5
	n := newNet(tensor.Float64)
	x := n.data("x", 0.1, 0.9, 6, visible)
	corrupted := times(x, gorgonia.BinomialRandomNode(n.g, n.dtype, 1, 0.7, 6, visible))
	w := n.weight("w", visible, hidden)
	h := sigmoid(rows(mul(corrupted, w), n.bias("hidden.b", 1, hidden)))
	y := sigmoid(rows(mul(h, must(gorgonia.Transpose(w))), n.bias("visible.b", 1, visible)))
	cost := n.grad(mean(sum(must(gorgonia.BinaryXent(y, x)), 1)))
	return graph.Wrap(cost, n.learn...)
}

// variationalAutoencoder draws its hidden layer (Kingma and Welling 2014).
func variationalAutoencoder() (*graph.Wrapped, error) {
	const visible, hidden, latent = 8, 6, 3
	n := newNet(tensor.Float32)
	x := n.data("x", 0.1, 0.9, 5, visible)
	h := tanh(n.dense("encoder", x, visible, hidden))
	mu, logVariance := n.dense("mean", h, hidden, latent), n.dense("variance", h, hidden, latent)
	noise := gorgonia.GaussianRandomNode(n.g, n.dtype, 0, 1, 5, latent)
	z := add(mu, times(exp(times(n.constant(0.5), logVariance)), noise))
	y := sigmoid(n.dense("out", tanh(n.dense("decoder", z, latent, hidden)), hidden, visible))
	reconstruction := mean(sum(must(gorgonia.BinaryXent(y, x)), 1))
	divergence := mean(sum(sub(sub(add(square(mu), exp(logVariance)), logVariance), n.constant(1)), 1))
	cost := n.grad(add(reconstruction, times(n.constant(0.5), divergence)))
	return graph.Wrap(cost, n.learn...)
}

// gan is the step of a generative adversarial net: the costs of generator and
// discriminator in a graph each, which share the weights by their values.
func gan() (generator, discriminator *graph.Wrapped, err error) {
	const noise, hidden, data, batch = 3, 6, 4, 8
	d := newNet(tensor.Float64)
	weights := map[string]gorgonia.Value{}
	shared := func(n *net, name string, shape ...int) node {
		if weights[name] == nil {
			weights[name] = d.weight(name, shape...).Value()
		}
		w := gorgonia.NewTensor(n.g, n.dtype, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name), gorgonia.WithValue(weights[name]))
		return w
	}
	judge := func(n *net, x node) (p node, wrt gorgonia.Nodes) {
		w1, b1, w2, b2 := shared(n, "judge.w1", data, hidden), shared(n, "judge.b1", 1, hidden), shared(n, "judge.w2", hidden, 1), shared(n, "judge.b2", 1, 1)
		h := must(gorgonia.LeakyRelu(rows(mul(x, w1), b1), 0.2))
		return sigmoid(rows(mul(h, w2), b2)), gorgonia.Nodes{w1, b1, w2, b2}
	}
	make := func(n *net) (x node, wrt gorgonia.Nodes) {
		w1, b1, w2, b2 := shared(n, "make.w1", noise, hidden), shared(n, "make.b1", 1, hidden), shared(n, "make.w2", hidden, data), shared(n, "make.b2", 1, data)
		z := gorgonia.GaussianRandomNode(n.g, n.dtype, 0, 1, batch, noise)
		return tanh(rows(mul(relu(rows(mul(z, w1), b1)), w2), b2)), gorgonia.Nodes{w1, b1, w2, b2}
	}
	fake, _ := make(d)
	judgedFake, wrt := judge(d, fake)
	judgedReal, _ := judge(d, d.data("real", -1, 1, batch, data))
	cost := add(mean(must(gorgonia.BinaryXent(judgedReal, d.data("ones", 1, 1, batch, 1)))), mean(must(gorgonia.BinaryXent(judgedFake, d.data("zeros", 0, 0, batch, 1)))))
	if discriminator, err = graph.Wrap(cost, wrt...); err != nil {
		return nil, nil, err
	}
	g := newNet(tensor.Float64)
	fake, wrt = make(g)
	judgedFake, _ = judge(g, fake)
	cost = mean(must(gorgonia.BinaryXent(judgedFake, g.data("ones", 1, 1, batch, 1))))
	generator, err = graph.Wrap(cost, wrt...)
	return generator, discriminator, err
}

func ganGenerator() (*graph.Wrapped, error) {
	generator, _, err := gan()
	return generator, err
}

func ganDiscriminator() (*graph.Wrapped, error) {
	_, discriminator, err := gan()
	return discriminator, err
}
