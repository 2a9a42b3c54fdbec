package battery_test

import "math"

// activations are those of the networks.
var activations = []struct {
	name string
	f    func(num) num
}{
	{"ReLU", num.relu},
	{"leaky ReLU", func(v num) num { return v.leaky(0.1) }},
	{"tanh", num.tanh},
	{"sigmoid", num.sigmoid},
	{"ELU", func(v num) num { return v.relu().add(v.min(v.t.num(0)).expm1()) }},
	{"GELU", func(v num) num { return v.times(1 / math.Sqrt2).erf().plus(1).mul(v).times(0.5) }},
	{"softplus", num.softplus},
	{"swish", func(v num) num { return v.mul(v.sigmoid()) }},
	{"abs", num.abs},
	{"hard tanh", func(v num) num { return v.clip(-1, 1) }},
	{"square", num.square},
	{"sine", num.sin},
}

// heads are the losses of a row's outputs with its label.
var heads = []struct {
	name string
	f    func(s []num, label int) num
}{
	{"softmax", func(s []num, label int) num { return logSumExp(s).sub(s[label]) }},
	{"squares", func(s []num, label int) num {
		target := make([]float64, len(s))
		target[label] = 1
		d := minus(s, s[0].t.nums(target))
		return dot(d, d)
	}},
	{"hinge", func(s []num, label int) num {
		total := s[0].t.num(0)
		for j := range s {
			if j != label {
				total = total.add(s[j].sub(s[label]).plus(1).relu())
			}
		}
		return total
	}},
}

// layerNorm returns x with mean 0 and variance 1.
func layerNorm(x []num) []num {
	m := mean(x)
	d := each(x, func(v num) num { return v.sub(m) })
	return scaleBy(d, mean(each(d, num.square)).plus(1e-5).sqrt().inv())
}

// batchNorm normalises each column over the rows.
func batchNorm(rows [][]num) [][]num {
	out := make([][]num, len(rows))
	for i := range out {
		out[i] = rows[0][0].t.slice(len(rows[0]))
	}
	for j := range rows[0] {
		column := rows[0][0].t.slice(len(rows))
		for i := range rows {
			column[i] = rows[i][j]
		}
		for i, v := range layerNorm(column) {
			out[i][j] = v
		}
	}
	return out
}

// plain is a network of affine layers; norm is layer, batch or nothing.
type plain struct {
	layers []int
	norm   string
	rows   int
	act    func(num) num
	head   func(s []num, label int) num
}

func (p plain) elements() int {
	n := 0
	for k := range p.layers[1:] {
		n += (p.layers[k] + 1) * p.layers[k+1]
	}
	return n
}

func (p plain) loss(data []float64) body {
	return func(t *tape, x []num) num {
		var a [][]num
		var labels []int
		for i := range t.samples(p.rows) {
			a = append(a, t.nums(row(data, p.layers[0], i)))
			labels = append(labels, i%p.layers[len(p.layers)-1])
		}
		for k := range p.layers[1:] {
			n, m := p.layers[k], p.layers[k+1]
			w, b := x[:n*m], x[n*m:n*m+m]
			x = x[n*m+m:]
			for i := range a {
				a[i] = plus(product(a[i], w), b)
			}
			if k+2 == len(p.layers) {
				break
			}
			if p.norm == "batch" {
				a = batchNorm(a)
			}
			for i := range a {
				if p.norm == "layer" {
					a[i] = layerNorm(a[i])
				}
				a[i] = each(a[i], p.act)
			}
		}
		total := t.num(0)
		for i := range a {
			total = total.add(p.head(a[i], labels[i]))
		}
		return total.times(1 / float64(p.rows))
	}
}

// network returns p as a subject.
func (p plain) network(name string, seed uint64) *subject {
	var parts []any
	for k := range p.layers[1:] {
		parts = append(parts, "W"+string(rune('1'+k)), p.layers[k], p.layers[k+1], "b"+string(rune('1'+k)), p.layers[k+1])
	}
	s := of(networks, name, shaped(parts...), normal(p.elements(), 0.6), p.loss(normals(seed, p.rows*p.layers[0])))
	if p.norm == "batch" {
		for k := range p.layers[2:] {
			s.dead = append(s.dead, s.layout[2*k+1].Name)
		}
	}
	return s
}

// mlps are networks of every activation and loss, and of both normalisations.
func mlps() []*subject {
	var all []*subject
	for i, act := range activations {
		head := heads[i%len(heads)]
		p := plain{layers: []int{4, 6, 3}, rows: 6, act: act.f, head: head.f}
		switch i % 3 {
		case 1:
			p.layers = []int{3, 5, 4, 3}
		case 2:
			p.layers = []int{5, 4, 4, 4, 2}
		}
		all = append(all, p.network(act.name+", "+head.name, uint64(i)))
	}
	for i, norm := range []string{"layer", "batch"} {
		for j, act := range activations[:4] {
			p := plain{layers: []int{4, 5, 4, 3}, norm: norm, rows: 6, act: act.f, head: heads[(i+j)%3].f}
			all = append(all, p.network(act.name+", "+norm+" normalisation, "+heads[(i+j)%3].name, uint64(20+4*i+j)))
		}
	}
	wide := plain{layers: []int{16, 30, 10}, rows: 5, act: num.relu, head: heads[0].f}
	deep := plain{layers: []int{10, 20, 20, 10, 5}, norm: "layer", rows: 4, act: num.tanh, head: heads[1].f}
	broad := plain{layers: []int{40, 16, 4}, rows: 4, act: activations[1].f, head: heads[2].f}
	return append(all, wide.network("wide ReLU, softmax", 31), deep.network("deep tanh, squares", 32),
		broad.network("broad leaky ReLU, hinge", 33))
}
