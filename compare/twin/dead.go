package twin

import "gradtwin"

// DeadUnits counts, layer by layer, the hidden units that are 0 for every row of a data
// set: they pass nothing on, and no gradient reaches them. It takes the ReLU network
// that the parameters are of.
func DeadUnits(p *gradtwin.Params, data Data) []int {
	layout := p.Layout()
	hidden := len(layout)/2 - 1
	alive := make([][]bool, hidden)
	for l := range alive {
		alive[l] = make([]bool, layout[2*l+1].Len())
	}
	var batch gradtwin.Batch
	rows := make([]int, 1)
	for rows[0] = range data.Len() {
		data.Batch(&batch, rows)
		x, flat := batch.X, p.Flat
		for l := range hidden {
			n, units := layout[2*l].Len(), len(alive[l])
			w, z := flat[:n], append([]float64(nil), flat[n:n+units]...)
			flat = flat[n+units:]
			for i, v := range x {
				if v == 0 {
					continue
				}
				for u, c := range w[i*units : (i+1)*units] {
					z[u] += v * c
				}
			}
			for u, v := range z {
				z[u] = max(v, 0)
				alive[l][u] = alive[l][u] || v > 0
			}
			x = z
		}
	}
	out := make([]int, hidden)
	for l := range alive {
		for _, a := range alive[l] {
			if !a {
				out[l]++
			}
		}
	}
	return out
}
