package twin

import (
	"fmt"

	"gradtwin"
)

// Predictions is how both backends classify the rows of a data set.
type Predictions struct {
	After    int     `json:"after"`    // steps done
	Symbolic [][]int `json:"symbolic"` // rows by their class (first index) and predicted class (second index)
	Numeric  [][]int `json:"numeric"`
	// Mistakes are the first rows that a backend gets wrong.
	Mistakes []Mistake `json:"mistakes,omitempty"`
	// Dead counts, layer by layer, the first backend's hidden units that are 0 for
	// every row; nil without ReLU.
	Dead []int `json:"dead,omitempty"`
}

// Rows returns how many rows were classified.
func (p *Predictions) Rows() int {
	n := 0
	for _, row := range p.Symbolic {
		for _, count := range row {
			n += count
		}
	}
	return n
}

// Mistake is a row that at least one backend gets wrong.
type Mistake struct {
	Row      int    `json:"row"`   // of the data set
	Label    int    `json:"label"` // its class
	Symbolic int    `json:"symbolic"`
	Numeric  int    `json:"numeric"`
	Pixels   []byte `json:"pixels"` // the inputs, 0 to 255 for 0 to 1
}

// maxMistakes is how many mistakes are kept.
const maxMistakes = 18

// evaluationRows is how many rows are predicted at a time: enough that the cost
// of a call does not count, few enough to stay in the cache.
const evaluationRows = 100

// predict has a backend classify the rows of a data set, some at a time, and calls do
// with each batch and its classes. Both are valid until do returns.
func predict(b Backend, data Data, do func(from int, batch gradtwin.Batch, classes []int)) error {
	var batch gradtwin.Batch
	rows, classes := make([]int, 0, evaluationRows), make([]int, evaluationRows)
	for from := 0; from < data.Len(); from += len(rows) {
		rows = rows[:0]
		for r := from; r < min(from+evaluationRows, data.Len()); r++ {
			rows = append(rows, r)
		}
		data.Batch(&batch, rows)
		if err := b.Predict(classes[:len(rows)], batch.X); err != nil {
			return fmt.Errorf("%s: predict: %w", b.Name(), err)
		}
		do(from, batch, classes[:len(rows)])
	}
	return nil
}

// Accuracy returns the share of rows whose most probable class is their label.
func Accuracy(b Backend, data Data) (float64, error) {
	if data.Len() == 0 {
		return 0, fmt.Errorf("accuracy: no rows")
	}
	right := 0
	err := predict(b, data, func(_ int, batch gradtwin.Batch, classes []int) {
		for i, label := range batch.Labels {
			if classes[i] == label {
				right++
			}
		}
	})
	return float64(right) / float64(data.Len()), err
}

// Predict has both backends classify the rows of a data set.
func (b Backends) Predict(after int, data Data) (*Predictions, error) {
	p := &Predictions{After: after}
	var symbolic []int
	err := predict(b.Symbolic, data, func(_ int, _ gradtwin.Batch, classes []int) {
		symbolic = append(symbolic, classes...)
	})
	if err != nil {
		return nil, err
	}
	err = predict(b.Numeric, data, func(from int, batch gradtwin.Batch, classes []int) {
		inputs := len(batch.X) / len(classes)
		for i, label := range batch.Labels {
			s, n := symbolic[from+i], classes[i]
			p.Symbolic, p.Numeric = count(p.Symbolic, label, s), count(p.Numeric, label, n)
			if (s != label || n != label) && len(p.Mistakes) < maxMistakes {
				p.Mistakes = append(p.Mistakes, Mistake{from + i, label, s, n, pixels(batch.X[i*inputs : (i+1)*inputs])})
			}
		}
	})
	if err != nil {
		return nil, err
	}
	// Both tables have a row and a column for every class that one of them has.
	classes := max(len(p.Symbolic), len(p.Numeric))
	p.Symbolic, p.Numeric = square(p.Symbolic, classes), square(p.Numeric, classes)
	return p, nil
}

// count adds one to an entry of the table, which grows where it must.
func count(table [][]int, label, class int) [][]int {
	table = square(table, max(label, class)+1)
	table[label][class]++
	return table
}

// square returns the table with at least n rows of as many columns.
func square(table [][]int, n int) [][]int {
	for len(table) < n {
		table = append(table, nil)
	}
	for i := range table {
		for len(table[i]) < len(table) {
			table[i] = append(table[i], 0)
		}
	}
	return table
}

// pixels writes inputs from 0 to 1 as bytes.
func pixels(x []float64) []byte {
	out := make([]byte, len(x))
	for i, v := range x {
		out[i] = byte(255*min(max(v, 0), 1) + 0.5)
	}
	return out
}

// DeadUnits counts, layer by layer, the hidden units of a ReLU network that are 0 for
// every row of a data set: they pass nothing on, and no gradient reaches them.
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
