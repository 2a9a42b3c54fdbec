package report

// Table is a table whose first column names its lines. What a comparison found is put
// into tables here; a page, a text and a terminal show them.
type Table struct {
	Caption string
	Label   string // what a screen reader calls it
	Head    []string
	Rows    [][]string
}

// Add adds a line.
func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }
