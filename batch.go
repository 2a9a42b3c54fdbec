package gradtwin

import "fmt"

// Batch is the input of one step: rows of numbers, each with its class.
type Batch struct {
	// X holds the inputs, rows×inputs, row-major.
	X []float64
	// Labels holds each row's class, from 0. Its length is the number of rows.
	Labels []int
	// Rows holds each row's number in the data set the batch was drawn from;
	// nil when there is none.
	Rows []int
}

// Len returns the number of rows.
func (b Batch) Len() int { return len(b.Labels) }

// Validate reports whether a network of the given spec can take the batch.
func (b Batch) Validate(s Spec) error {
	if b.Len() == 0 {
		return fmt.Errorf("batch: no rows")
	}
	if len(b.X) != b.Len()*s.Inputs() {
		return fmt.Errorf("batch: %d inputs for %d rows: want %d (%d a row)", len(b.X), b.Len(), b.Len()*s.Inputs(),
			s.Inputs())
	}
	if b.Rows != nil && len(b.Rows) != b.Len() {
		return fmt.Errorf("batch: %d row numbers for %d rows", len(b.Rows), b.Len())
	}
	for i, y := range b.Labels {
		if y < 0 || y >= s.Classes() {
			return fmt.Errorf("batch: label %d of row %d: want 0 to %d", y, i, s.Classes()-1)
		}
	}
	if finite(b.X) {
		return nil
	}
	for i, x := range b.X {
		if x-x != 0 {
			row := i / s.Inputs()
			where := fmt.Sprintf("row %d", row)
			if b.Rows != nil {
				where += fmt.Sprintf(" (%d of the data set)", b.Rows[row])
			}
			return fmt.Errorf("batch: input %d of %s is %v: want a finite number", i%s.Inputs(), where, x)
		}
	}
	return nil
}

// finite reports whether no element is NaN or infinite: x − x is then 0.
func finite(x []float64) bool {
	sum := 0.0
	for ; len(x) >= 8; x = x[8:] {
		v := (*[8]float64)(x)
		sum += ((v[0] - v[0]) + (v[1] - v[1])) + ((v[2] - v[2]) + (v[3] - v[3])) +
			(((v[4] - v[4]) + (v[5] - v[5])) + ((v[6] - v[6]) + (v[7] - v[7])))
	}
	for _, v := range x {
		sum += v - v
	}
	return sum == 0
}
