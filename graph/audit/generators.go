package audit

import (
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/memory"
)

// generator draws cases of one operation, whose features its choices note.
type generator struct {
	op   string
	make func(c *choices) testCase
}

// fuzzCells are the cells in which drawn cases are run, all on the tape machine.
var fuzzCells = []cell{forward, tapeLeaf, tapeInner, tapeTwice}

// fuzzed returns the first failure of a drawn case, and otherwise its last
// outcome.
func (c *testCase) fuzzed() (o Outcome) {
	for _, of := range fuzzCells {
		if o = c.run(of); o.Verdict.Failure() {
			break
		}
	}
	return o
}

// generators returns the generators of all operations.
func generators() []generator {
	return slices.Concat(elementwiseGenerators(), reductionGenerators(), productGenerators(), shapingGenerators(),
		networkGenerators(), windowGenerators(), normalizationGenerators(), storedGenerators())
}

func elementwiseGenerators() (all []generator) {
	for _, u := range unaryOps {
		all = append(all, generator{name(u.f), func(c *choices) testCase { return u.ofShape(c.anyShape(0, 5)) }})
	}
	for _, p := range pairwiseOps {
		all = append(all, generator{name(p.f), func(c *choices) testCase { return drawPairwise(c, p) }})
	}
	for _, p := range broadcastOps {
		all = append(all, generator{name(p.f), func(c *choices) testCase { return p.broadcast(drawPattern(c)) }})
	}
	return append(all,
		generator{"Auto", func(c *choices) testCase { p := drawPattern(c); return broadcastOps[c.n(5)].automatic(p.a, p.b) }},
		generator{"ConvType", func(c *choices) testCase {
			from, to := c.n(len(dtypes)), c.n(len(dtypes)-1)
			if to >= from {
				to++
			}
			c.has("int to convert", dtypes[from] == tensor.Int)
			c.has("int as result", dtypes[to] == tensor.Int)
			c.has("float to convert", memory.IsFloat(dtypes[from]))
			c.has("float as result", memory.IsFloat(dtypes[to]))
			return conversion(dtypes[from], dtypes[to], c.anyShape(0, 4))
		}})
}

func drawPairwise(c *choices, p binaryOp) testCase {
	if name(p.f) == "Pow" && c.n(3) == 2 {
		s := c.anyShape(0, 4)
		return power(exponents[c.n(len(exponents))], s)
	}
	kind, s := c.n(6), c.anyShape(0, 5)
	c.has("scalar operand", kind == 1 || kind == 2 || len(s) == 0)
	switch kind {
	case 1:
		return p.ofShapes(s, nil)
	case 2:
		return p.ofShapes(nil, s)
	case 3:
		return p.ofItself(s)
	case 4, 5:
		return p.ofConstant(kind == 4, s, s)
	}
	return p.ofShapes(s, s)
}

// drawPattern draws a shape and, for each axis, which operand is repeated along it,
// if any. The axis may have one element.
func drawPattern(c *choices) pattern {
	full := c.block(1, 4)
	p := pattern{a: slices.Clone(full), b: slices.Clone(full)}
	for k := range full {
		switch c.n(3) {
		case 1:
			p.b[k], p.right = 1, append(p.right, byte(k))
		case 2:
			p.a[k], p.left = 1, append(p.left, byte(k))
		}
	}
	length, between := 0, 0
	for _, axes := range [][]byte{p.left, p.right} {
		for k, d := range axes {
			if l, n := innerAxis(full, []int{int(d)}); n >= between && len(axes)-k < len(full)-int(d) {
				length, between = l, n
			}
		}
	}
	c.note("size of the inner axis repeated", length)
	c.note("elements between the first axis and the inner one", between)
	return p
}

func reductionGenerators() (all []generator) {
	for _, r := range reductionOps {
		all = append(all, generator{name(r.f), func(c *choices) testCase {
			s, axes := c.block(0, 5), []int(nil)
			if len(s) > 0 && c.n(4) > 0 {
				axes = c.axes(len(s))
			}
			c.along(s, axes)
			return r.of(s, axes)
		}})
	}
	all = append(all,
		generator{"KeepDims", func(c *choices) testCase {
			s := c.block(1, 5)
			axes := c.axes(len(s))
			c.along(s, axes)
			r := reductionOps[c.n(3)]
			c.is("reduction", name(r.f), []string{"Sum", "Mean", "Max"})
			return r.keepingDims(s, axes, c.yes())
		}},
		generator{"LogSumExp", func(c *choices) testCase {
			s := c.block(1, 5)
			axis := c.n(len(s))
			c.along(s, []int{axis})
			return logSumExpOf(s, axis)
		}},
		generator{"Norm", func(c *choices) testCase {
			s := c.block(1, 5)
			axis, p := c.n(len(s)), 1+c.n(4)
			x := in("x", -2, 2, s...)
			if c.yes() {
				x.Low = 0.5
			}
			c.note("p", p)
			c.has("odd p", p%2 == 1)
			c.has("negative element", x.Low < 0)
			c.along(s, []int{axis})
			return normOf(dims(s)+axesText([]int{axis}), x, axis, p)
		}})
	for _, m := range manyOps {
		all = append(all, generator{name(m.f), func(c *choices) testCase {
			n, s := 1+c.n(4), c.anyShape(0, 4)
			if name(m.f) == "ReduceMul" {
				s = nil // of tensors ReduceMul is the matrix product
			}
			return m.of(n, s)
		}})
	}
	for _, p := range patternOps {
		all = append(all, generator{p.op, func(c *choices) testCase {
			s := c.anyShape(0, 4)
			if p.ref == nil && len(s) == 0 {
				s = []int{1}
			}
			if p.ref == nil && len(s) == 2 && s[1] == 1 {
				s = []int{1, s[0]} // Gorgonia takes a column for a vector
			}
			return p.of(s)
		}})
	}
	return all
}

func productGenerators() []generator {
	return []generator{
		{"Mul", func(c *choices) testCase {
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
		{"OuterProd", func(c *choices) testCase {
			n, m := 1+c.n(6), 1+c.n(6)
			c.has("different length", n != m)
			return outerOf(n, m)
		}},
		{"BatchedMatMul", func(c *choices) testCase {
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
			return batchedOf(a, b, ta, tb)
		}},
		{"Tensordot", func(c *choices) testCase {
			axes := 1 + c.n(2)
			shared := c.shape(axes)
			draw := func() (shape, at []int) {
				rank := c.n(3) + axes
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
			for _, d := range aAxes {
				contracted *= a[d]
			}
			c.note("contracted elements", contracted)
			c.note("other axes", len(a)+len(b)-2*axes)
			c.note("other elements of the smaller operand", min(size(a), size(b))/contracted)
			c.note("other elements of the larger operand", max(size(a), size(b))/contracted)
			return tensordotOf(a, b, aAxes, bAxes)
		}},
	}
}

func shapingGenerators() []generator {
	return []generator{
		{"Reshape", func(c *choices) testCase {
			// Both shapes join neighbors of one list of factors.
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
			c.note("rank of the result", len(to))
			return reshapeOf(from, to)
		}},
		{"Ravel", func(c *choices) testCase { return ravelOf(c.anyShape(1, 5)) }},
		{"Transpose", func(c *choices) testCase { s := c.anyShape(2, 5); return transposeOf(s, c.order(len(s))) }},
		{"Slice", func(c *choices) testCase {
			s := c.anyShape(1, 4)
			cuts := make([]span, 1+c.n(len(s)))
			remainder, ones := 0, 0
			for k := range cuts {
				if c.n(3) == 0 {
					continue
				}
				from := c.n(s[k])
				cuts[k] = span{from, from + 1 + c.n(s[k]-from), 1}
				if cuts[k].to-from > 1 && c.yes() {
					cuts[k].step = 2 + c.n(2)
				}
				remainder = max(remainder, (cuts[k].to-from)%cuts[k].step)
				ones += int(truth(cuts[k].len() == 1))
			}
			c.note("remainder of a length by its step", remainder)
			c.note("axes cut to one element", ones)
			return sliceOf(s, cuts)
		}},
		{"Concat", func(c *choices) testCase {
			s := c.anyShape(1, 4)
			axis := c.n(len(s))
			var shapes [][]int
			for range 1 + c.n(3) {
				one := slices.Clone(s)
				one[axis] = 1 + c.n(4)
				shapes = append(shapes, one)
			}
			return concatOf(axis, shapes)
		}},
		{"Unconcat", func(c *choices) testCase {
			s := c.anyShape(1, 4)
			axis, parts := c.n(len(s)), 2+c.n(2)
			s[axis] = parts * (1 + c.n(3))
			return unconcatOf(s, axis, parts)
		}},
		{"At", func(c *choices) testCase {
			s := c.anyShape(1, 4)
			at := make([]int, len(s))
			for k := range at {
				at[k] = c.n(s[k])
			}
			return atOf(s, at)
		}},
		{"ByIndices", func(c *choices) testCase {
			s := c.anyShape(1, 4)
			axis := c.n(len(s))
			indices := make([]int, 1+c.n(4))
			for k := range indices {
				indices[k] = c.n(s[axis])
			}
			c.note("axis", axis)
			c.note("axes behind it", len(s)-1-axis)
			c.note("size of the axis", s[axis])
			c.note("indices", len(indices))
			c.has("index out of its place", !slices.Equal(indices, []int{0, 1, 2, 3}[:len(indices)]))
			return byIndicesOf(s, axis, indices)
		}},
		{"DiagFlat", func(c *choices) testCase { return diagFlatOf(1 + c.n(5)) }},
		{"CTCLoss", drawSequences},
	}
}

func drawSequences(c *choices) testCase {
	s := sequences{steps: 2 + c.n(3), classes: 2 + c.n(2), reduction: gorgonia.ReductionSum, normalized: !c.yes()}
	if c.yes() {
		s.reduction = gorgonia.ReductionMean
	}
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
		s.labels = append(s.labels, labels)
		s.inputLengths, s.targetLengths = append(s.inputLengths, length), append(s.targetLengths, n)
	}
	c.has("LogSoftMax", s.normalized)
	c.has("ReductionMean", s.reduction == gorgonia.ReductionMean)
	c.has("shorter sequence", slices.Min(s.inputLengths) < s.steps)
	return s.of()
}

func networkGenerators() (all []generator) {
	for _, o := range axisOps {
		all = append(all, generator{name(o.f), func(c *choices) testCase {
			s := c.anyShape(1, 5)
			if c.n(4) == 3 {
				s[len(s)-1] = 1 // a column is a special case of some operations
			}
			axis := c.n(len(s)+1) - 1
			c.has("axis given", axis >= 0)
			c.note("axis", axis)
			c.note("axes behind it", len(s)-1-axis)
			return o.of(s, axis)
		}})
	}
	return append(all, generator{"BinaryXent", func(c *choices) testCase { return binaryXentOf(c.anyShape(0, 5)) }})
}

func windowGenerators() []generator {
	all := []generator{
		{"Conv2d", func(c *choices) testCase { return drawConvolution(c).of() }},
		{"Im2Col", func(c *choices) testCase { return drawConvolution(c).columns() }},
		{"Conv1d", func(c *choices) testCase {
			image := []int{1 + c.n(2), 1 + c.n(2), 1, 1 + c.n(6)}
			pad, stride, dilation := c.n(3), 1+c.n(3), 1+c.n(2)
			kernel := fit(image[3]+2*pad, dilation, 1+c.n(3))
			return convolution1Of(image, 1+c.n(2), kernel, pad, stride, dilation)
		}},
	}
	for _, p := range poolOps {
		all = append(all, generator{name(p.f), func(c *choices) testCase {
			image := []int{1 + c.n(2), 1 + c.n(2), 1 + c.n(5), 1 + c.n(5)}
			kernel := [2]int{min(1+c.n(3), image[2]), min(1+c.n(3), image[3])}
			stride := [2]int{1 + c.n(3), 1 + c.n(3)}
			pad := make([]int, 2+2*c.n(2))
			for k := range pad {
				pad[k] = c.n((kernel[k*2/len(pad)] + 1) / 2) // at most half of the kernel
			}
			c.note("the kernel's elements less the image's width", size(kernel[:])-image[3])
			c.has("pads", slices.Max(pad) > 0)
			c.has("unequal pads", len(pad) == 4 && (pad[0] != pad[1] || pad[2] != pad[3]))
			for k, side := range []string{"height", "width"} {
				c.note("stride of the "+side, stride[k])
				c.note("the kernel's "+side, kernel[k])
			}
			return p.of(image, kernel, stride, pad)
		}})
	}
	for _, p := range poolOps {
		all = append(all, generator{name(p.f1), func(c *choices) testCase {
			image := []int{1 + c.n(2), 1 + c.n(2), 1, 1 + c.n(6)}
			kernel := min(1+c.n(3), image[3])
			c.note("kernel", kernel)
			return p.of1(image, kernel, c.n((kernel+1)/2), 1+c.n(3))
		}})
	}
	return append(all,
		generator{"GlobalAveragePool2D", func(c *choices) testCase { return globalAverageOf(c.shape(4)) }},
		generator{"Upsample2D", func(c *choices) testCase {
			return upsampleOf([]int{1 + c.n(2), 1 + c.n(2), 1 + c.n(3), 1 + c.n(3)}, 1+c.n(3))
		}})
}

// drawConvolution draws a convolution whose kernel fits into the image.
func drawConvolution(c *choices) convolution2 {
	v := convolution2{window: one.withPad(c.n(3), c.n(3)).withStride(1+c.n(3), 1+c.n(3)).withDilation(1+c.n(2), 1+c.n(2))}
	v.image = []int{1 + c.n(2), 1 + c.n(2), 1 + c.n(5), 1 + c.n(5)}
	h, w := fit(v.image[2]+2*v.pad[0], v.dilation[0], 1+c.n(3)), fit(v.image[3]+2*v.pad[2], v.dilation[1], 1+c.n(3))
	v.filter = []int{1 + c.n(2), v.image[1], h, w}
	return v
}

// fit returns the kernel's size, or the largest that fits into a length.
func fit(length, dilation, kernel int) int { return min(kernel, (length-1)/dilation+1) }

func normalizationGenerators() []generator {
	all := []generator{
		{"BatchNorm", func(c *choices) testCase {
			x, eval := []int{2 + c.n(3), 1 + c.n(3)}, c.yes()
			scale := []int{1, x[1]}
			if c.yes() {
				x, scale = append(x, 1+c.n(3), 1+c.n(3)), append(scale, 1, 1)
			}
			if c.yes() && !eval {
				scale = x
			}
			c.has("evaluation mode", eval)
			c.note("pixels", size(x[2:]))
			return batchNormOf(x, scale, 1e-5, eval)
		}},
		{"GroupNorm", func(c *choices) testCase {
			groups := 1 + c.n(2)
			x := []int{1 + c.n(3), groups * (1 + c.n(2)), 1 + c.n(3), 1 + c.n(3)}
			if x[1]/groups*x[2]*x[3] == 1 {
				x[3] = 2 // the normalized value of a single element is 0
			}
			return groupNormOf(x, groups)
		}},
		{"Dropout", func(c *choices) testCase {
			p, eval, s := 5, c.yes(), c.anyShape(0, 4)
			if c.yes() { // of the other cases all have the usual ½
				p = c.n(10)
			}
			x := in("x", -2, 2, s...)
			zero := c.n(4) == 3 && len(s) > 0
			if zero {
				x.Values = slices.Repeat([]float64{0.5, 0}, size(s))[:size(s)]
			}
			c.note("10·p", p)
			c.has("evaluation mode", eval)
			c.has("zero", zero)
			d := dropoutOf(x, float64(p)/10, eval)
			c.has("element kept", slices.ContainsFunc(d.Ref(d.arrays(0)).Data, func(y float64) bool { return y != 0 }))
			if zero {
				d.Variant += ", with zeros"
			}
			return d
		}},
	}
	for _, r := range randomNodes {
		all = append(all, generator{name(r.f), func(c *choices) testCase { return r.of(c.anyShape(0, 4)) }})
	}
	return all
}

func storedGenerators() []generator {
	draw := func(c *choices, ravel bool) testCase {
		from := c.anyShape(2, 4)
		if from[len(from)-1] == 1 {
			from[len(from)-1] = 2 // SoftMax takes a column for a vector
		}
		to := []int{size(from[1:]), from[0]}
		if ravel {
			to = nil
		}
		outer, inner := storedOuter[c.n(len(storedOuter))], storedInner[c.n(len(storedInner))]
		c.is("f", outer, storedOuter)
		c.is("g", inner, storedInner)
		return storedOf(outer, inner, from, to)
	}
	return []generator{
		{"f(Reshape(g(x)))", func(c *choices) testCase { return draw(c, false) }},
		{"f(Ravel(g(x)))", func(c *choices) testCase { return draw(c, true) }},
	}
}
