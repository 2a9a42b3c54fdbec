package twin

import (
	"fmt"

	"gradtwin"
)

// Predictions is what both backends take the rows of a data set for.
type Predictions struct {
	After    int     `json:"after"`    // steps done
	Symbolic [][]int `json:"symbolic"` // rows of a class (first index) that are taken for a class (second index)
	Numeric  [][]int `json:"numeric"`
	// Mistakes are the first rows that a backend takes for another class than
	// theirs.
	Mistakes []Mistake `json:"mistakes,omitempty"`
	// Dead counts the first backend's hidden units that pass nothing on for any row,
	// layer by layer; nil where that cannot be, without ReLU.
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

// Predict has both backends classify the rows of a data set.
func (b Backends) Predict(after int, data Data) (*Predictions, error) {
	p := &Predictions{After: after}
	var batch gradtwin.Batch
	var symbolic, numeric [evaluationRows]int
	for from := 0; from < data.Len(); from += evaluationRows {
		var rows []int
		for r := from; r < min(from+evaluationRows, data.Len()); r++ {
			rows = append(rows, r)
		}
		data.Batch(&batch, rows)
		for _, c := range []struct {
			backend Backend
			classes []int
		}{{b.Symbolic, symbolic[:len(rows)]}, {b.Numeric, numeric[:len(rows)]}} {
			if err := c.backend.Predict(c.classes, batch.X); err != nil {
				return nil, fmt.Errorf("%s: predict: %w", c.backend.Name(), err)
			}
		}
		for i, label := range batch.Labels {
			s, n := symbolic[i], numeric[i]
			p.Symbolic, p.Numeric = count(p.Symbolic, label, s), count(p.Numeric, label, n)
			if (s != label || n != label) && len(p.Mistakes) < maxMistakes {
				x := batch.X[i*len(batch.X)/len(rows) : (i+1)*len(batch.X)/len(rows)]
				p.Mistakes = append(p.Mistakes, Mistake{rows[i], label, s, n, pixels(x)})
			}
		}
	}
	// Both tables have a row and a column for every class that one of them has.
	classes := max(len(p.Symbolic), len(p.Numeric))
	p.Symbolic, p.Numeric = square(p.Symbolic, classes), square(p.Numeric, classes)
	return p, nil
}

// count adds one to a table that grows as it must.
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
