package simd

import "math"

// The functions in plain Go: what runs where there is no assembly, and what
// the assembly is tested against.

func genericShift(dst, d []Group, act Activation, z, a float64) {
	for g := range d {
		for p, v := range d[g] {
			dst[g][p] = activate(act, z+v) - a
		}
	}
}

func genericRise(dst, delta []Group, l Layer, w []float64) {
	n := len(l.Live)
	for g := range delta {
		for q, k := range l.Live {
			out, z, weight := &dst[g*n+q], l.Z[k], w[k]
			for p, v := range delta[g] {
				out[p] = z + v*weight
			}
			l.activate(out, int(k))
		}
	}
}

func genericProduct(dst, u []Group, l Layer, w []float64, live []int32) {
	m, n := len(live), len(l.Z)
	for g := range len(dst) / n {
		out, in := dst[g*n:(g+1)*n], u[g*m:(g+1)*m]
		clear(out)
		for q, k := range live {
			x, row := &in[q], w[int(k)*n:(int(k)+1)*n]
			for c, weight := range row {
				sum := &out[c]
				for p, v := range x {
					sum[p] += v * weight
				}
			}
		}
		for c := range out {
			for p := range out[c] {
				out[c][p] += l.Z[c]
			}
			l.activate(&out[c], c)
		}
	}
}

// activate replaces the inputs of unit k by its activations' changes.
func (l Layer) activate(z *Group, k int) {
	if l.Act == Identity {
		return
	}
	for p, v := range z {
		z[p] = activate(l.Act, v) - l.A[k]
	}
}

func genericLoss(dst, z, e []Group, classes, label int, delta float64) {
	for g := range dst {
		row := z[g*classes : (g+1)*classes]
		for p := range Width {
			m := row[0][p]
			for c := range row {
				m = max(m, row[c][p])
			}
			sum := 0.0
			for c := range row {
				v := math.Exp(row[c][p] - m)
				e[g*classes+c][p] = v
				sum += v
			}
			dst[g][p] = -math.Log(e[g*classes+label][p]/sum + delta)
		}
	}
}

func genericLossOne(dst, d []Group, l Logit, delta float64) {
	for g := range d {
		for p, v := range d[g] {
			e := math.Exp(l.Z + v)
			label := l.Label
			if label < 0 {
				label = e
			}
			dst[g][p] = -math.Log(label/(l.Others+e) + delta)
		}
	}
}

func activate(act Activation, z float64) float64 {
	switch act {
	case ReLU:
		return max(0, z)
	case Sigmoid:
		return 1 / (1 + math.Exp(-z))
	case Tanh:
		return math.Tanh(z)
	}
	return z
}
