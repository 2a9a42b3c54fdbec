package models_test

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// denoisingAutoencoder sees its input with a part of it set to 0, and has tied
// weights.
func denoisingAutoencoder() program {
	const visible, hidden = 8, 5
	n := newNet(tensor.Float64)
	x := n.data("x", 0.1, 0.9, 6, visible)
	corrupted := times(x, gorgonia.BinomialRandomNode(n.g, n.dtype, 1, 0.7, 6, visible))
	w := n.weight("w", visible, hidden)
	h := sigmoid(rows(mul(corrupted, w), n.bias("hidden.b", 1, hidden)))
	y := sigmoid(rows(mul(h, must(gorgonia.Transpose(w))), n.bias("visible.b", 1, visible)))
	return n.train(mean(sum(must(gorgonia.BinaryXent(y, x)), 1)))
}

// variationalAutoencoder draws its hidden layer (Kingma and Welling 2014).
func variationalAutoencoder() program {
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
	return n.train(add(reconstruction, times(n.constant(0.5), divergence)))
}

// adversaries is a generative adversarial net (Goodfellow et al. 2014): the costs
// of generator and discriminator are in a graph each, which share the weights by
// their values.
type adversaries struct {
	shared map[string]gorgonia.Value
	from   *net // which draws them
}

const adversarialNoise, adversarialHidden, adversarialData, adversarialBatch = 3, 6, 4, 8

func newAdversaries() adversaries {
	return adversaries{map[string]gorgonia.Value{}, newNet(tensor.Float64)}
}

// weight is a weight in the graph of n, which learns it if learn is set.
func (a adversaries) weight(n *net, name string, learn bool, shape ...int) node {
	if a.shared[name] == nil {
		a.shared[name] = a.from.weight(name, shape...).Value()
	}
	w := gorgonia.NewTensor(n.g, n.dtype, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name),
		gorgonia.WithValue(a.shared[name]))
	if learn {
		n.learn = append(n.learn, w)
	}
	return w
}

// judge is the discriminator's probability that x is no fake.
func (a adversaries) judge(n *net, x node, learn bool) node {
	w1, b1 := a.weight(n, "judge.w1", learn, adversarialData, adversarialHidden),
		a.weight(n, "judge.b1", learn, 1, adversarialHidden)
	w2, b2 := a.weight(n, "judge.w2", learn, adversarialHidden, 1), a.weight(n, "judge.b2", learn, 1, 1)
	return sigmoid(rows(mul(must(gorgonia.LeakyRelu(rows(mul(x, w1), b1), 0.2)), w2), b2))
}

// fake is what the generator makes of noise.
func (a adversaries) fake(n *net, learn bool) node {
	w1, b1 := a.weight(n, "make.w1", learn, adversarialNoise, adversarialHidden),
		a.weight(n, "make.b1", learn, 1, adversarialHidden)
	w2, b2 := a.weight(n, "make.w2", learn, adversarialHidden, adversarialData),
		a.weight(n, "make.b2", learn, 1, adversarialData)
	z := gorgonia.GaussianRandomNode(n.g, n.dtype, 0, 1, adversarialBatch, adversarialNoise)
	return tanh(rows(mul(relu(rows(mul(z, w1), b1)), w2), b2))
}

// gan is one program with both graphs.
func gan() (generator, discriminator program) {
	a, g, d := newAdversaries(), newNet(tensor.Float64), newNet(tensor.Float64)
	judged := a.judge(g, a.fake(g, true), false)
	generator = g.train(mean(must(gorgonia.BinaryXent(judged, g.data("ones", 1, 1, adversarialBatch, 1)))))

	fake := a.judge(d, a.fake(d, false), false)
	real := a.judge(d, d.data("real", -1, 1, adversarialBatch, adversarialData), true)
	found := mean(must(gorgonia.BinaryXent(real, d.data("ones", 1, 1, adversarialBatch, 1))))
	discriminator = d.train(add(found, mean(must(gorgonia.BinaryXent(fake, d.data("zeros", 0, 0, adversarialBatch, 1))))))
	return generator, discriminator
}

func ganGenerator() program {
	generator, _ := gan()
	return generator
}

func ganDiscriminator() program {
	_, discriminator := gan()
	return discriminator
}
