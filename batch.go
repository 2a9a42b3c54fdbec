package gradtwin

import "fmt"

// Batch is what a network is fed in one step.
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

// Validate tells whether a network of the given spec can be fed the batch.
func (b Batch) Validate(s Spec) error {
	if b.Len() == 0 {
		return fmt.Errorf("batch: no rows")
	}
	if len(b.X) != b.Len()*s.Inputs() {
		return fmt.Errorf("batch: %d inputs for %d rows: want %d (%d a row)", len(b.X), b.Len(), b.Len()*s.Inputs(), s.Inputs())
	}
	if b.Rows != nil && len(b.Rows) != b.Len() {
		return fmt.Errorf("batch: %d row numbers for %d rows", len(b.Rows), b.Len())
	}
	for i, y := range b.Labels {
		if y < 0 || y >= s.Classes() {
			return fmt.Errorf("batch: label %d of row %d: want 0 to %d", y, i, s.Classes()-1)
		}
	}
	for i, x := range b.X {
		if x-x != 0 { // NaN or infinite
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
