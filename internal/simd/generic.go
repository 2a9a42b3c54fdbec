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
		d, out := &delta[g], dst[g*n:(g+1)*n]
		if l.Act == ReLU {
			riseReLU(out, d, l, w)
			continue
		}
		for q, k := range l.Live {
			z, weight, x := l.Z[k], w[k], &out[q]
			for p, v := range d {
				x[p] = z + v*weight
			}
			l.activate(x, int(k))
		}
	}
}

// riseReLU sets x to ReLU units' changes when their inputs z change by w·d.
// Rounding is monotonic: where z is beyond w times the largest element of d, it is
// beyond each rounded w·d, and all of the inputs have z's sign.
func riseReLU(x []Group, d *Group, l Layer, w []float64) {
	reach := 0.0 // NaN when a change is
	for _, v := range d {
		reach = max(reach, math.Abs(v))
	}
	d0, d1, d2, d3, d4, d5, d6, d7 := d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]
	for q, k := range l.Live {
		x, z, a, w := &x[q], l.Z[k], l.A[k], w[k]
		switch far := reach * math.Abs(w); {
		case z > far:
			x[0], x[1], x[2], x[3] = z+d0*w-a, z+d1*w-a, z+d2*w-a, z+d3*w-a
			x[4], x[5], x[6], x[7] = z+d4*w-a, z+d5*w-a, z+d6*w-a, z+d7*w-a
		case z < -far:
			for p := range x {
				x[p] = 0 - a
			}
		default:
			for p, v := range d {
				x[p] = max(0, z+v*w) - a
			}
		}
	}
}

func genericProduct(dst, u []Group, l Layer, w []float64, live []int32) {
	m, n := len(live), len(l.Z)
	clear(dst)
	var column [64]float64
	for from := 0; from < m; from += len(column) {
		units := live[from:min(from+len(column), m)]
		weights := column[:len(units)]
		for c := range n {
			for q, k := range units {
				weights[q] = w[int(k)*n+c]
			}
			for g := range len(dst) / n {
				addProducts(&dst[g*n+c], u[g*m+from:][:len(units)], weights)
			}
		}
	}
	for g := range len(dst) / n {
		for c, z := range l.Z {
			x := &dst[g*n+c]
			for p := range x {
				x[p] += z
			}
			l.activate(x, c)
		}
	}
}

// addProducts adds Σ u[q]·w[q] to sum. There are registers for the sums and
// products of half of the lanes.
func addProducts(sum *Group, u []Group, w []float64) {
	u = u[:len(w)]
	s0, s1, s2, s3 := sum[0], sum[1], sum[2], sum[3]
	for q, weight := range w {
		x := &u[q]
		s0 += x[0] * weight
		s1 += x[1] * weight
		s2 += x[2] * weight
		s3 += x[3] * weight
	}
	sum[0], sum[1], sum[2], sum[3] = s0, s1, s2, s3
	s0, s1, s2, s3 = sum[4], sum[5], sum[6], sum[7]
	for q, weight := range w {
		x := &u[q]
		s0 += x[4] * weight
		s1 += x[5] * weight
		s2 += x[6] * weight
		s3 += x[7] * weight
	}
	sum[4], sum[5], sum[6], sum[7] = s0, s1, s2, s3
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
		row, out := z[g*classes:(g+1)*classes], e[g*classes:(g+1)*classes]
		top := row[0]
		for c := range row {
			for p, v := range &row[c] {
				if v > top[p] || v != v {
					top[p] = v
				}
			}
		}
		var sum Group
		for c := range row {
			exponentials(&out[c], &sum, &row[c], &top)
		}
		for p, v := range &out[label] {
			dst[g][p] = -math.Log(v/sum[p] + delta)
		}
	}
}

// exponentials sets e to e^(z − top) and adds it to sum. In each lane z is top
// for one class at least.
func exponentials(e, sum, z, top *Group) {
	for p, v := range z {
		x := 1.0
		if v -= top[p]; v != 0 {
			x = math.Exp(v)
		}
		e[p] = x
		sum[p] += x
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
