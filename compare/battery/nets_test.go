package battery_test

import "math"

// nets are networks of other kinds than affine layers.
func nets() []*subject {
	d := normals(40, 400)
	conv := func(x, k []num) []num {
		out := make([]num, len(x)-len(k)+1)
		for i := range out {
			out[i] = dot(x[i:i+len(k)], k)
		}
		return out
	}
	// convolution is a 1-d convolution of two kernels, an activation, a
	// pooling and an affine layer.
	convolution := func(name string, act func(num) num, pool func(a, b num) num) *subject {
		return of(networks, name, shaped("K", 2, 3, "W", 10, 3, "b", 3), normal(39, 0.7), func(t *tape, x []num) num {
			total := t.num(0)
			for i := range t.samples(5) {
				var a []num
				for k := range 2 {
					c := each(conv(t.nums(row(d, 12, i)), row(x, 3, k)), act)
					for j := 0; j < 10; j += 2 {
						a = append(a, pool(c[j], c[j+1]))
					}
				}
				total = total.add(heads[0].f(plus(product(a, x[6:36]), x[36:]), i%3))
			}
			return total
		})
	}
	average := func(a, b num) num { return a.add(b).times(0.5) }
	image := of(networks, "2-d convolution, max-pooling", shaped("K", 3, 3, "b", "W", 4, 2), normal(18, 0.7),
		func(t *tape, x []num) num {
			total := t.num(0)
			for s := range t.samples(4) {
				in := t.nums(row(d, 36, s))
				c := make([]num, 16)
				for i := range c {
					c[i] = x[9]
					for k := range 9 {
						c[i] = c[i].add(x[k].mul(in[(i/4+k/3)*6+i%4+k%3]))
					}
				}
				pool := make([]num, 4)
				for i := range pool {
					o := (i/2)*8 + (i%2)*2
					pool[i] = c[o].max(c[o+1]).max(c[o+4].max(c[o+5]))
				}
				total = total.add(heads[0].f(product(pool, x[10:]), s%2))
			}
			return total
		})
	// recurrent runs a cell over a sequence of 6 inputs of 2.
	recurrent := func(name string, gates int, cell func(z []num, h, c []num) (h2, c2 []num)) *subject {
		n := 4 * gates
		return of(networks, name, shaped("Wx", 2, n, "Wh", 4, n, "b", n), normal(7*n, 0.5), func(t *tape, x []num) num {
			total := t.num(0)
			for s := range t.samples(3) {
				h, c := t.nums(make([]float64, 4)), t.nums(make([]float64, 4))
				for k := range 6 {
					in := t.nums(row(d, 2, 6*s+k))
					z := plus(plus(product(in, x[:2*n]), product(h, x[2*n:6*n])), x[6*n:])
					h, c = cell(z, h, c)
				}
				total = total.add(sum(each(h, num.square))).sub(h[s])
			}
			return total
		})
	}
	rnn := recurrent("RNN", 1, func(z, _, c []num) ([]num, []num) { return each(z, num.tanh), c })
	lstm := recurrent("LSTM", 4, func(z, _, c []num) ([]num, []num) {
		h := make([]num, 4)
		next := make([]num, 4)
		for i := range h {
			next[i] = c[i].mul(z[i].sigmoid()).add(z[4+i].sigmoid().mul(z[8+i].tanh()))
			h[i] = z[12+i].sigmoid().mul(next[i].tanh())
		}
		return h, next
	})
	gru := recurrent("minimal gated unit", 2, func(z, h, c []num) ([]num, []num) {
		out := make([]num, 4)
		for i := range out {
			f := z[i].sigmoid()
			out[i] = f.mul(z[4+i].tanh()).add(f.neg().plus(1).mul(h[i]))
		}
		return out, c
	})
	attention := func(name string, norm bool) *subject {
		return of(networks, name, shaped("Q", 3, 3, "K", 3, 3, "V", 3, 3, "gain", 3), normal(30, 0.7),
			func(t *tape, x []num) num {
				total := t.num(0)
				for s := range t.samples(3) {
					var q, k, v [][]num
					for i := range 4 {
						in := t.nums(row(d, 3, 4*s+i))
						q, k, v = append(q, product(in, x[:9])), append(k, product(in, x[9:18])), append(v, product(in, x[18:27]))
					}
					for i := range q {
						score := make([]num, 4)
						for j := range k {
							score[j] = dot(q[i], k[j]).times(1 / math.Sqrt(3))
						}
						out := t.nums(make([]float64, 3))
						for j, p := range softmax(score) {
							out = plus(out, scaleBy(v[j], p))
						}
						if norm {
							out = layerNorm(plus(out, q[i]))
						}
						total = total.add(dot(out, x[27:]).sin())
					}
				}
				return total
			})
	}
	embedding := of(networks, "embedding, unused rows", shaped("E", 7, 3, "W", 3, 2), normal(27, 0.8),
		func(t *tape, x []num) num {
			total := t.num(0)
			for i := range t.samples(5) {
				e := plus(row(x[:21], 3, i%3), row(x[:21], 3, i%4))
				total = total.add(heads[0].f(product(each(e, num.tanh), x[21:]), i%2))
			}
			return total
		})
	triplet := of(networks, "triplets", shaped("W", 4, 3), normal(12, 0.7), func(t *tape, x []num) num {
		total := t.num(0)
		for i := range t.samples(6) {
			a, p, n := product(t.nums(row(d, 4, 3*i)), x), product(t.nums(row(d, 4, 3*i+1)), x),
				product(t.nums(row(d, 4, 3*i+2)), x)
			total = total.add(dot(minus(a, p), minus(a, p)).sub(dot(minus(a, n), minus(a, n))).plus(1).relu())
		}
		return total
	})
	vae := of(networks, "variational autoencoder", shaped("enc", 4, 4, "dec", 2, 4), normal(24, 0.5),
		func(t *tape, x []num) num {
			total := t.num(0)
			for i := range t.samples(4) {
				in := t.nums(row(d, 4, i))
				e := product(in, x[:16])
				z := make([]num, 2)
				for j := range z {
					z[j] = e[j].add(e[2+j].times(0.5).exp().times(d[100+2*i+j]))
					total = total.add(e[2+j].exp().add(e[j].square()).sub(e[2+j]).times(0.5))
				}
				r := minus(product(z, x[16:]), in)
				total = total.add(dot(r, r))
			}
			return total
		})
	experts := of(networks, "mixture of experts", shaped("gate", 3, 3, "W", 3, 3), normal(18, 0.8),
		func(t *tape, x []num) num {
			total := t.num(0)
			for i := range t.samples(5) {
				in := t.nums(row(d, 3, i))
				total = total.add(dot(softmax(product(in, x[:9])), product(in, x[9:])).plus(-1).square())
			}
			return total
		})
	sets := of(networks, "deep sets, max", shaped("W", 2, 5, "v", 5), normal(15, 0.8), func(t *tape, x []num) num {
		total := t.num(0)
		for i := range t.samples(4) {
			best := product(t.nums(row(d, 2, 5*i)), x[:10])
			for k := 1; k < 5; k++ {
				for j, v := range product(t.nums(row(d, 2, 5*i+k)), x[:10]) {
					best[j] = best[j].max(v)
				}
			}
			total = total.add(dot(best, x[10:]).plus(-d[i]).square())
		}
		return total
	})
	radial := of(networks, "radial basis", shaped("centre", 4, 2, "width", 4, "w", 4), normal(16, 0.8),
		func(t *tape, x []num) num {
			p := cut(x, 8, 4)
			total := t.num(0)
			for i := range t.samples(6) {
				s := t.num(-d[i])
				for k := range 4 {
					e := minus(row(p[0], 2, k), t.nums(row(d, 2, i)))
					s = s.add(p[2][k].mul(dot(e, e).mul(p[1][k].exp()).neg().exp()))
				}
				total = total.add(s.square())
			}
			return total
		})
	rms := of(networks, "root-mean-square and weight norm", shaped("W", 4, 4, "g", 4), normal(20, 0.8),
		func(t *tape, x []num) num {
			total := t.num(0)
			for i := range t.samples(4) {
				z := product(t.nums(row(d, 4, i)), x[:16])
				z = scaleBy(z, mean(each(z, num.square)).plus(1e-6).sqrt().inv())
				total = total.add(dot(z, x[16:]).plus(-d[i]).square())
			}
			return total.add(dot(x[:16], x[:16]).sqrt())
		})
	contrast := of(networks, "contrastive softmax", shaped("W", 3, 3), normal(9, 0.8), func(t *tape, x []num) num {
		var e [][]num
		for i := range 6 {
			v := product(t.nums(row(d, 3, i)), x)
			e = append(e, scaleBy(v, dot(v, v).plus(1e-6).sqrt().inv()))
		}
		total := t.num(0)
		for i := range t.samples(3) {
			s := make([]num, 3)
			for j := range s {
				s[j] = dot(e[i], e[3+j]).times(5)
			}
			total = total.add(heads[0].f(s, i))
		}
		return total
	})
	graph := of(networks, "graph convolution", shaped("W", 3, 4, "v", 4), normal(16, 0.7), func(t *tape, x []num) num {
		total := t.num(0)
		for i := range t.samples(6) {
			in := plus(t.nums(row(d, 3, i)), plus(t.nums(row(d, 3, (i+1)%6)), t.nums(row(d, 3, (i+5)%6))))
			total = total.add(dot(each(product(in, x[:12]), num.relu), x[12:]).plus(-1).square())
		}
		return total
	})
	residual := of(networks, "residual blocks", shaped("W", 5, 3, 3), normal(45, 0.5), func(t *tape, x []num) num {
		total := t.num(0)
		for i := range t.samples(4) {
			a := t.nums(row(d, 3, i))
			for k := range 5 {
				a = plus(a, each(product(a, row(x, 9, k)), num.relu))
			}
			total = total.add(a[i%3].square())
		}
		return total
	})
	maxout := of(networks, "maxout", shaped("W", 4, 8, "v", 4), normal(36, 0.7), func(t *tape, x []num) num {
		total := t.num(0)
		for i := range t.samples(6) {
			z := product(t.nums(row(d, 4, i)), x[:32])
			m := make([]num, 4)
			for j := range m {
				m[j] = z[2*j].max(z[2*j+1])
			}
			total = total.add(dot(m, x[32:]).plus(-d[i]).square())
		}
		return total
	})
	focal := of(networks, "focal loss", shaped("W", 4, 3), normal(12, 0.7), func(t *tape, x []num) num {
		total := t.num(0)
		for i := range t.samples(6) {
			p := softmax(product(t.nums(row(d, 4, i)), x))[i%3]
			total = total.sub(p.neg().plus(1).pow(2.5).mul(p.log()))
		}
		return total
	})
	return []*subject{
		convolution("convolution, ReLU, max-pooling", num.relu, num.max),
		convolution("convolution, tanh, average", num.tanh, average), image, rnn, lstm, gru,
		attention("attention", false), attention("attention, layer normalisation", true),
		embedding, triplet, vae, experts, sets, radial, rms, contrast, graph, residual, maxout, focal,
	}
}
