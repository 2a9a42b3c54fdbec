package page

// table is a table whose first column names its lines.
type table struct {
	Caption string
	Label   string // for who does not see it
	Head    []string
	Rows    [][]string
}

func (t *table) add(cells ...string) { t.Rows = append(t.Rows, cells) }

// notEmpty returns the tables that are there and have a line.
func notEmpty(all ...*table) []*table {
	var out []*table
	for _, t := range all {
		if t != nil && len(t.Rows) > 0 {
			out = append(out, t)
		}
	}
	return out
}
