package models_test

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func dropHalf(x node) node { return must(gorgonia.Dropout(x, 0.5)) }

// convnet is three convolutions and two dense layers, with pooling and dropout
// behind each but the last.
func convnet() program {
	n := newNet(tensor.Float64)
	x, y := n.data("x", 0, 1, 6, 1, 8, 8), n.oneHot("y", 6, 5)
	a := dropHalf(halve(relu(n.conv("conv1", x, 1, 4))))
	b := dropHalf(halve(relu(n.conv("conv2", a, 4, 6))))
	c := dropHalf(reshape(halve(relu(n.conv("conv3", b, 6, 8))), 6, 8))
	h := dropHalf(relu(mul(c, n.weight("dense.w", 8, 10))))
	p := must(gorgonia.SoftMax(mul(h, n.weight("out.w", 10, 5))))
	return n.train(neg(mean(times(must(gorgonia.Log(p)), y))))
}

// normalizedConvnet has batch normalization, in training mode, behind each
// convolution.
func normalizedConvnet() program {
	n := newNet(tensor.Float32)
	x, y := n.data("x", 0, 1, 4, 2, 6, 6), n.oneHot("y", 4, 3)
	a := halve(relu(n.normalize(n.conv("conv1", x, 2, 4))))
	b := relu(n.normalize(n.conv("conv2", a, 4, 4)))
	return n.train(crossEntropy(logSoftMax(n.dense("out", reshape(b, 4, 4*3*3), 36, 3)), y))
}

// unet halves an image twice and doubles it again, with the sizes on the way
// down joined to those on the way up.
func unet() program {
	n := newNet(tensor.Float32)
	x, y := n.data("x", 0, 1, 1, 1, 8, 8), n.data("y", 0, 1, 1, 1, 8, 8)
	up := func(x, skip node) node {
		return must(gorgonia.Concat(1, must(gorgonia.Upsample2D(x, 2)), skip))
	}
	down1 := relu(n.conv("down1", x, 1, 3))
	down2 := relu(n.conv("down2", halve(down1), 3, 4))
	bottom := relu(n.conv("bottom", halve(down2), 4, 5))
	up2 := relu(n.conv("up2", up(bottom, down2), 9, 4))
	up1 := relu(n.conv("up1", up(up2, down1), 7, 3))
	p := sigmoid(n.conv("out", up1, 3, 1))
	return n.train(mean(must(gorgonia.BinaryXent(p, y))))
}
