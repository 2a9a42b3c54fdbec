package audit

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/memory"
)

// generator draws cases of one operation.
type generator struct {
	op   string
	draw func(c *choices) Case
}

// features makes features of names and values in turn.
func features(of ...any) []Feature {
	var out []Feature
	for k := 0; k < len(of); k += 2 {
		v, ok := of[k+1].(int)
		if flag, isFlag := of[k+1].(bool); isFlag {
			ok = true
			if flag {
				v = 1
			}
		}
		if !ok {
			panic(fmt.Sprintf("audit: the feature %v is a %T", of[k], of[k+1]))
		}
		out = append(out, Feature{of[k].(string), v})
	}
	return out
}

// innerAxis describes a reduction the way Gorgonia does it, one axis after the
// other in ascending order: of an axis that is then neither the first nor the
// last, its size and the number of elements between it and the first; 0 where
// there is none.
func innerAxis(shape, axes []int) (axisSize, between int) {
	left := slices.Clone(shape)
	for done, axis := range slices.Sorted(slices.Values(axes)) {
		axis -= done
		if axis > 0 && axis < len(left)-1 {
			if n := size(left[1:axis]); n > between || n == between && left[axis] != 2 {
				axisSize, between = left[axis], n
			}
		}
		left = slices.Delete(left, axis, axis+1)
	}
	return axisSize, between
}

func reductionFeatures(shape, axes []int) []Feature {
	axisSize, between := innerAxis(shape, axes)
	last := -1
	if len(axes) > 0 {
		last = slices.Max(axes)
	} else {
		last = len(shape) - 1
	}
	all := len(axes) == 0 || len(axes) == len(shape)
	return features("rank", len(shape), "all axes", all, "last axis", last, "size of the inner axis", axisSize,
		"elements between it and the first axis", between)
}

// generators returns those of all operations.
func generators() []generator {
	var all []generator
	add := func(op string, draw func(c *choices) Case) { all = append(all, generator{op, draw}) }
	for _, u := range unaryOps {
		add(u.op, func(c *choices) Case {
			s := c.anyShape(0, 5)
			return u.ofShape(s).with(features("rank", len(s)))
		})
	}
	for _, p := range pairwiseOps {
		add(p.op, p.fuzz)
	}
	for _, o := range broadcastOps {
		add(o.op, o.fuzz)
	}
	add("Auto", func(c *choices) Case {
		p, of := drawPattern(c)
		return broadcastOps[c.n(5)].automatic(p.a, p.b).with(of)
	})
	add("ConvType", func(c *choices) Case {
		from, to := c.n(len(dtypes)), c.n(len(dtypes)-1)
		if to >= from {
			to++
		}
		return conversion(dtypes[from], dtypes[to], c.anyShape(0, 4)).with(features(
			"from int", dtypes[from] == tensor.Int, "to int", dtypes[to] == tensor.Int,
			"from a float", memory.IsFloat(dtypes[from]), "to a float", memory.IsFloat(dtypes[to])))
	})
	for _, r := range reductionOps {
		add(r.op, func(c *choices) Case {
			s, axes := drawAxes(c)
			x := r.of(s, axes)
			if len(s) == 0 {
				x.Ref = each(func(x float64) float64 { return x })
			}
			return x.with(reductionFeatures(s, axes))
		})
	}
	add("KeepDims", func(c *choices) Case {
		s := c.block(1, 5)
		axes := c.axes(len(s))
		return reductionOps[c.n(3)].keepingDims(s, axes, c.yes()).with(reductionFeatures(s, axes))
	})
	add("LogSumExp", func(c *choices) Case {
		s := c.block(1, 5)
		axis := c.n(len(s))
		return logSumExpOf(s, axis).with(reductionFeatures(s, []int{axis}))
	})
	add("Norm", func(c *choices) Case {
		s := c.block(1, 5)
		axis, p := c.n(len(s)), 1+c.n(4)
		x := in("x", -2, 2, s...)
		if c.yes() {
			x.Low = 0.5
		}
		return normOf(dims(s)+axesText([]int{axis}), x, axis, p).with(
			append(reductionFeatures(s, []int{axis}), features("p", p, "p is odd", p%2 == 1, "negative elements", x.Low < 0)...))
	})
	for _, m := range manyOps {
		add(m.op, func(c *choices) Case {
			n, s := 1+c.n(4), c.anyShape(0, 4)
			if m.op == "ReduceMul" {
				s = nil // of tensors it is the matrix product
			}
			return m.of(n, s).with(features("operands", n, "rank", len(s)))
		})
	}
	for _, p := range patternOps {
		add(p.op, func(c *choices) Case {
			s := c.anyShape(0, 4)
			if p.ref == nil && len(s) == 0 {
				s = []int{1}
			}
			if p.ref == nil && len(s) == 2 && s[1] == 1 {
				s = []int{1, s[0]} // a column is taken for a vector
			}
			return p.of(s).with(features("rank", len(s)))
		})
	}
	return slices.Concat(all, productGenerators(), shapingGenerators(), networkGenerators())
}

// with sets a case's features.
func (c Case) with(of []Feature) Case {
	c.Features = of
	return c
}

func (p pairwiseOp) fuzz(c *choices) Case {
	if p.op == "Pow" && c.n(3) == 2 {
		s, exponent := c.anyShape(0, 4), exponents[c.n(len(exponents))]
		return power(exponent, s).with(features("scalar and tensor", false, "scalars", len(s) == 0))
	}
	kind, s := c.n(6), c.anyShape(0, 5)
	of := features("scalar and tensor", (kind == 1 || kind == 2) && len(s) > 0, "scalars", len(s) == 0)
	switch kind {
	case 1:
		return p.ofShapes(s, nil).with(of)
	case 2:
		return p.ofShapes(nil, s).with(of)
	case 3:
		return p.ofItself(s).with(of)
	case 4, 5:
		return p.ofConstant(kind == 4, s, s).with(of)
	}
	return p.ofShapes(s, s).with(of)
}

func (o broadcastOp) fuzz(c *choices) Case {
	p, of := drawPattern(c)
	return o.of(p).with(of)
}

// drawPattern repeats each operand along some axes, and along none where both
// would be.
func drawPattern(c *choices) (pattern, []Feature) {
	full := c.block(1, 4)
	p := pattern{a: slices.Clone(full), b: slices.Clone(full)}
	var left, right []int
	for k := range full {
		switch c.n(3) {
		case 1:
			p.b[k], p.right, right = 1, append(p.right, byte(k)), append(right, k)
		case 2:
			p.a[k], p.left, left = 1, append(p.left, byte(k)), append(left, k)
		}
	}
	axisSize, between := innerAxis(full, left)
	if s, b := innerAxis(full, right); b > between && s != 2 || axisSize == 2 || axisSize == 0 {
		axisSize, between = s, b
	}
	return p, features("rank", len(full), "repeated axes", len(left)+len(right), "size of a repeated inner axis", axisSize,
		"elements between it and the first axis", between)
}

// drawAxes returns a shape and some of its axes; none are all.
func drawAxes(c *choices) (shape, axes []int) {
	shape = c.block(0, 5)
	if len(shape) > 0 && c.n(4) > 0 {
		axes = c.axes(len(shape))
	}
	return shape, axes
}

func productGenerators() []generator {
	return []generator{
		{"Mul", func(c *choices) Case {
			n, k, m := c.length(), c.length(), c.length()
			switch c.n(6) {
			case 1:
				return mulOf([]int{k}, []int{k})
			case 2:
				return mulOf([]int{n, k}, []int{k})
			case 3:
				return mulOf([]int{k}, []int{k, m})
			case 4:
				return mulOf(nil, c.anyShape(0, 3))
			case 5:
				return mulOf([]int{k, k}, []int{k, k}).ofItself()
			}
			return mulOf([]int{min(n, 8), min(k, 8)}, []int{min(k, 8), m})
		}},
		{"OuterProd", func(c *choices) Case {
			n, m := 1+c.n(6), 1+c.n(6)
			return outerOf(n, m).with(features("lengths differ", n != m))
		}},
		{"BatchedMatMul", func(c *choices) Case {
			batch, n, k, m := c.anyShape(1, 3), 1+c.n(3), 1+c.n(3), 1+c.n(3)
			for d := range batch {
				batch[d] = min(batch[d], 3)
			}
			ta, tb := c.yes(), c.yes()
			a, b := append(slices.Clone(batch), n, k), append(slices.Clone(batch), k, m)
			if ta {
				a[len(a)-2], a[len(a)-1] = k, n
			}
			if tb {
				b[len(b)-2], b[len(b)-1] = m, k
			}
			return batchedOf(a, b, ta, tb).with(features("batch axes", len(batch), "batch", size(batch), "first transposed", ta,
				"second transposed", tb, "rows", n, "inner", k, "columns", m))
		}},
		{"Tensordot", func(c *choices) Case {
			axes := 1 + c.n(2)
			shared := c.shape(axes)
			draw := func() (shape, at []int) {
				free := c.n(3)
				rank := free + axes
				at = c.order(rank)[:axes]
				shape = make([]int, rank)
				for d := range shape {
					shape[d] = 1 + c.n(3)
				}
				for k, d := range at {
					shape[d] = min(shared[k], 5)
				}
				return shape, at
			}
			a, aAxes := draw()
			b, bAxes := draw()
			contracted := 1
			for _, k := range aAxes {
				contracted *= a[k]
			}
			return tensordotOf(a, b, aAxes, bAxes).with(features(
				"contracted elements", contracted, "other axes", len(a)+len(b)-2*axes,
				"other elements at least", min(size(a), size(b))/contracted,
				"other elements at most", max(size(a), size(b))/contracted,
				"a matrix and a vector", axes == 1 && len(a)+len(b) == 3))
		}},
	}
}

func shapingGenerators() []generator {
	return []generator{
		{"Reshape", func(c *choices) Case {
			// Factors of the elements are put together in another way.
			factors := c.anyShape(0, 5)
			join := func() []int {
				var s []int
				for _, f := range factors {
					if len(s) > 0 && c.yes() {
						s[len(s)-1] *= f
					} else {
						s = append(s, f)
					}
				}
				return s
			}
			from, to := join(), join()
			if len(to) > 0 && c.n(4) == 3 {
				to[c.n(len(to))] = -1
			}
			return reshapeOf(from, to).with(features("from a scalar", len(from) == 0, "to a scalar", len(to) == 0))
		}},
		{"Ravel", func(c *choices) Case { return ravelOf(c.anyShape(1, 5)) }},
		{"Transpose", func(c *choices) Case {
			s := c.anyShape(2, 5)
			return transposeOf(s, c.order(len(s))).with(features("rank", len(s)))
		}},
		{"Slice", func(c *choices) Case {
			s := c.anyShape(1, 4)
			cuts := make([]span, 1+c.n(len(s)))
			left, stepped, one := 0, 0, 0
			for k := range cuts {
				if c.n(3) == 0 {
					continue
				}
				from := c.n(s[k])
				cuts[k] = span{from, from + 1 + c.n(s[k]-from), 1}
				if length := cuts[k].to - from; length > 1 && c.yes() {
					cuts[k].step = 2 + c.n(2)
					stepped++
					left = max(left, length%cuts[k].step)
				}
				if cuts[k].len() == 1 {
					one++
				}
			}
			return sliceOf(s, cuts).with(features("rank", len(s), "axes by steps", stepped,
				"remainder of a length by its step", left, "axes of one element", one))
		}},
		{"Concat", func(c *choices) Case {
			s := c.anyShape(1, 4)
			axis := c.n(len(s))
			var shapes [][]int
			for range 1 + c.n(3) {
				one := slices.Clone(s)
				one[axis] = 1 + c.n(4)
				shapes = append(shapes, one)
			}
			return concatOf(axis, shapes).with(features("rank", len(s), "axis", axis, "operands", len(shapes)))
		}},
		{"Unconcat", func(c *choices) Case {
			s := c.anyShape(1, 4)
			axis, parts := c.n(len(s)), 2+c.n(2)
			s[axis] = parts * (1 + c.n(3))
			return unconcatOf(s, axis, parts).with(
				features("rank", len(s), "axis", axis, "parts", parts, "size of a part", s[axis]/parts))
		}},
		{"At", func(c *choices) Case {
			s := c.anyShape(1, 4)
			at := make([]int, len(s))
			for k := range at {
				at[k] = c.n(s[k])
			}
			return atOf(s, at).with(features("rank", len(s)))
		}},
		{"ByIndices", func(c *choices) Case {
			s := c.anyShape(1, 4)
			axis := c.n(len(s))
			indices := make([]float64, 1+c.n(4))
			for k := range indices {
				indices[k] = float64(c.n(s[axis]))
			}
			identity := len(indices) == s[axis]
			for k, i := range indices {
				identity = identity && int(i) == k
			}
			return byIndicesOf(s, axis, indices).with(features("rank", len(s), "axis", axis, "size of the axis", s[axis],
				"indices", len(indices), "all in order", identity))
		}},
		{"DiagFlat", func(c *choices) Case {
			n := 1 + c.n(5)
			return diagFlatOf(n).with(features("elements", n))
		}},
		{"CTCLoss", func(c *choices) Case {
			s := sequences{steps: 2 + c.n(3), classes: 2 + c.n(2), reduction: gorgonia.ReductionSum, normalized: !c.yes()}
			if c.yes() {
				s.reduction = gorgonia.ReductionMean
			}
			shorter := false
			width := 1 + c.n(2)
			for range 1 + c.n(3) {
				labels := make([]int, width)
				n := 1 + c.n(width)
				for k := range labels {
					labels[k] = 1 + c.n(s.classes-1)
				}
				need := n // and a blank between two of one label
				for k := 1; k < n; k++ {
					if labels[k] == labels[k-1] {
						need++
					}
				}
				if need > s.steps {
					n, need = 1, 1
				}
				length := s.steps
				if c.n(4) == 3 {
					length = need + c.n(s.steps-need+1)
				}
				shorter = shorter || length < s.steps
				s.labels = append(s.labels, labels)
				s.inputLengths, s.targetLengths = append(s.inputLengths, length), append(s.targetLengths, n)
			}
			return s.of().with(features("of LogSoftMax", s.normalized, "mean", s.reduction == gorgonia.ReductionMean,
				"labels", width*len(s.labels), "a shorter sequence", shorter))
		}},
	}
}

func networkGenerators() []generator {
	var all []generator
	add := func(op string, draw func(c *choices) Case) { all = append(all, generator{op, draw}) }
	for _, o := range axisOps {
		add(o.op, func(c *choices) Case {
			s := c.anyShape(1, 5)
			if c.n(4) == 3 {
				s[len(s)-1] = 1 // for some of them a column is a special case
			}
			axis := c.n(len(s)+1) - 1
			column := len(s) == 2 && s[1] == 1 && s[0] > 1
			return o.of(s, axis).with(
				features("rank", len(s), "axis", axis, "last axis", axis == len(s)-1, "no axis", axis < 0, "a column", column))
		})
	}
	add("BinaryXent", func(c *choices) Case { return binaryXentOf(c.anyShape(0, 5)) })
	add("Conv2d", func(c *choices) Case { v, of := drawConvolution(c); return v.of().with(of) })
	add("Im2Col", func(c *choices) Case { v, of := drawConvolution(c); return v.columns().with(of) })
	add("Conv1d", func(c *choices) Case {
		image := []int{1 + c.n(2), 1 + c.n(2), 1, 1 + c.n(6)}
		pad, stride, dilation := c.n(3), 1+c.n(3), 1+c.n(2)
		kernel := fit(image[3]+2*pad, dilation, 1+c.n(3))
		return convolution1Of(image, 1+c.n(2), kernel, pad, stride, dilation).with(
			features("kernel", kernel, "pad", pad, "stride", stride, "dilation", dilation))
	})
	for _, p := range poolOps {
		add(p.op, func(c *choices) Case {
			image := []int{1 + c.n(2), 1 + c.n(2), 1 + c.n(5), 1 + c.n(5)}
			kernel := [2]int{min(1+c.n(3), image[2]), min(1+c.n(3), image[3])}
			stride := [2]int{1 + c.n(3), 1 + c.n(3)}
			pad := make([]int, 2+2*c.n(2))
			for k := range pad {
				pad[k] = c.n((kernel[k*2/len(pad)] + 1) / 2) // half of the kernel at most
			}
			unequal := len(pad) == 4 && (pad[0] != pad[1] || pad[2] != pad[3])
			several := false
			for k := range stride {
				several = several || stride[k] > 1 && (kernel[k] > 1 || image[2+k] > stride[k])
			}
			return p.of(image, kernel, stride, pad).with(features(
				"kernel's elements less the image's width", kernel[0]*kernel[1]-image[3],
				"strides over several elements", several, "pads", slices.Max(pad) > 0, "pads differ", unequal))
		})
	}
	for _, p := range pool1Ops {
		add(p.op, func(c *choices) Case {
			image := []int{1 + c.n(2), 1 + c.n(2), 1, 1 + c.n(6)}
			kernel := min(1+c.n(3), image[3])
			return p.of(image, kernel, c.n((kernel+1)/2), 1+c.n(3)).with(features("kernel", kernel))
		})
	}
	add("GlobalAveragePool2D", func(c *choices) Case { return globalAverageOf(c.shape(4)) })
	add("Upsample2D", func(c *choices) Case {
		return upsampleOf([]int{1 + c.n(2), 1 + c.n(2), 1 + c.n(3), 1 + c.n(3)}, 1+c.n(3))
	})
	add("BatchNorm", func(c *choices) Case {
		x, eval := []int{2 + c.n(3), 1 + c.n(3)}, c.yes()
		image := c.yes()
		scale := []int{1, x[1]}
		if image {
			x, scale = append(x, 1+c.n(3), 1+c.n(3)), append(scale, 1, 1)
		}
		if c.yes() && !eval {
			scale = x
		}
		pixels := size(x[2:])
		between := 0
		if image && !slices.Equal(scale, x) {
			between = x[1]
		}
		return batchNormOf(x, scale, 1e-5, eval).with(
			features("evaluation", eval, "images", image, "pixels", pixels, "channels", between, "height", append(x, 0, 0)[2]))
	})
	add("GroupNorm", func(c *choices) Case {
		groups := 1 + c.n(2)
		x := []int{1 + c.n(3), groups * (1 + c.n(2)), 1 + c.n(3), 1 + c.n(3)}
		if x[1]/groups*x[2]*x[3] == 1 {
			x[3] = 2 // of one element nothing is left
		}
		return groupNormOf(x, groups).with(
			features("groups", groups, "channels", x[1], "height", x[2], "width", x[3], "batch", x[0]))
	})
	add("Dropout", func(c *choices) Case {
		p, eval, s := c.n(10), c.yes(), c.anyShape(0, 4)
		x := in("x", -2, 2, s...)
		zero := c.n(4) == 3 && len(s) > 0
		if zero {
			x.Values = slices.Repeat([]float64{0.5, 0}, size(s))[:size(s)]
		}
		kept := 0
		for i := range size(s) {
			if eval || uniform(i) < 1-float64(p)/10 {
				kept++
			}
		}
		d := dropoutOf(x, float64(p)/10, eval)
		if zero {
			d.Variant += ", with zeros"
		}
		return d.with(features("10·p", p, "evaluation", eval, "a scalar", len(s) == 0, "zeros", zero, "kept elements", kept))
	})
	for _, r := range randomNodes {
		add(r.op, func(c *choices) Case { return r.of(c.anyShape(0, 4)) })
	}
	return append(all, storedGenerators()...)
}

// drawConvolution draws one whose kernel fits.
func drawConvolution(c *choices) (convolution2, []Feature) {
	v := convolution2{window: one.withPad(c.n(3), c.n(3)).withStride(1+c.n(3), 1+c.n(3)).withDilation(1+c.n(2), 1+c.n(2))}
	v.image = []int{1 + c.n(2), 1 + c.n(2), 1 + c.n(5), 1 + c.n(5)}
	h, w := fit(v.image[2]+2*v.pad[0], v.dilation[0], 1+c.n(3)), fit(v.image[3]+2*v.pad[2], v.dilation[1], 1+c.n(3))
	v.filter = []int{1 + c.n(2), v.image[1], h, w}
	return v, features("kernel's height", h, "kernel's width", w, "stride", max(v.stride[0], v.stride[1]),
		"pad", max(v.pad[0], v.pad[2]), "dilation", max(v.dilation[0], v.dilation[1]), "batch", v.image[0])
}

// fit returns the kernel, or the largest that fits into a length.
func fit(length, dilation, kernel int) int { return min(kernel, (length-1)/dilation+1) }
