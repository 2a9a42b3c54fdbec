package audit

import "fmt"

// window is how a kernel moves over a BCHW image. pad is top, bottom, left,
// right.
type window struct {
	kernel, stride, dilation [2]int
	pad                      [4]int
}

func (w window) out(shape []int) (h, width int) {
	length := func(n, k, pad, stride, dilation int) int { return (n+pad-(k-1)*dilation-1)/stride + 1 }
	return length(shape[2], w.kernel[0], w.pad[0]+w.pad[1], w.stride[0], w.dilation[0]),
		length(shape[3], w.kernel[1], w.pad[2]+w.pad[3], w.stride[1], w.dilation[1])
}

// visit calls f for each element (r, c) of the kernel at (i, j) with the image's
// coordinates (y, x) there, which may be in the padding.
func (w window) visit(i, j int, f func(r, c, y, x int)) {
	for r := range w.kernel[0] {
		for c := range w.kernel[1] {
			f(r, c, i*w.stride[0]-w.pad[0]+r*w.dilation[0], j*w.stride[1]-w.pad[2]+c*w.dilation[1])
		}
	}
}

func convolution(w window) reference {
	return func(in []array) array {
		im, filter := in[0], in[1]
		h, width := w.out(im.Shape)
		return fill([]int{im.Shape[0], filter.Shape[0], h, width}, func(at []int) float64 {
			s := 0.0
			for ch := range im.Shape[1] {
				w.visit(at[2], at[3], func(r, c, y, x int) { s += filter.get(at[1], ch, r, c) * im.get(at[0], ch, y, x) })
			}
			return s
		})
	}
}

// pool applies f to the elements under the kernel, without the padding.
func pool(w window, f func(x []float64) float64) reference {
	return func(in []array) array {
		im := in[0]
		h, width := w.out(im.Shape)
		return fill([]int{im.Shape[0], im.Shape[1], h, width}, func(at []int) float64 {
			var under []float64
			w.visit(at[2], at[3], func(_, _, y, x int) {
				if y >= 0 && y < im.Shape[2] && x >= 0 && x < im.Shape[3] {
					under = append(under, im.get(at[0], at[1], y, x))
				}
			})
			return f(under)
		})
	}
}

func imageToColumns(w window) reference {
	return func(in []array) array {
		im := in[0]
		h, width := w.out(im.Shape)
		n := w.kernel[0] * w.kernel[1]
		return fill([]int{im.Shape[0], h, width, im.Shape[1] * n}, func(at []int) float64 {
			var v float64
			w.visit(at[1], at[2], func(r, c, y, x int) {
				if at[3]%n == r*w.kernel[1]+c {
					v = im.get(at[0], at[3]/n, y, x)
				}
			})
			return v
		})
	}
}

// one is a window with strides and dilations of 1, and no padding.
var one = window{stride: [2]int{1, 1}, dilation: [2]int{1, 1}}

func (w window) withStride(h, width int) window   { w.stride = [2]int{h, width}; return w }
func (w window) withDilation(h, width int) window { w.dilation = [2]int{h, width}; return w }
func (w window) withPad(h, width int) window      { w.pad = [4]int{h, h, width, width}; return w }

// text describes the kernel, and the settings that differ from those of one.
func (w window) text(kernel string) string {
	s := "kernel " + kernel
	if w.stride != [2]int{1, 1} {
		s += ", stride " + dims(w.stride[:])
	}
	if w.dilation != [2]int{1, 1} && w.dilation != [2]int{} {
		s += ", dilation " + dims(w.dilation[:])
	}
	switch p := w.pad; {
	case p == [4]int{}:
	case p[0] == p[1] && p[2] == p[3]:
		s += fmt.Sprintf(", pad %dx%d", p[0], p[2])
	default:
		s += fmt.Sprint(", pad ", list(p[:]))
	}
	return s
}
