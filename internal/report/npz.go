package report

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"codeberg.org/sbinet/npyio/npz"
	"gonum.org/v1/gonum/mat"

	"gradtwin"
)

// pointFile is the name of a point's arrays, as in fixed-step1000.npz.
func (r *Run) pointFile(c *Comparison) string {
	return fmt.Sprintf("%s-step%d.npz", r.Config.Policy, c.After)
}

// vectors names the point's flat vectors as the file does.
func (p *Point) vectors() []namedVector {
	return []namedVector{
		{"params_symbolic", &p.SymbolicParams}, {"params_numeric", &p.NumericParams},
		{"gradient_symbolic", &p.Symbolic}, {"gradient_numeric", &p.Numeric},
		{"gradient_settled", &p.Settled}, {"bound", &p.Bound},
	}
}

type namedVector struct {
	name   string
	values *[]float64
}

// WritePoints writes an .npz file for each point at which gradients were
// compared: arrays like gradient_symbolic/W1, and the batch.
func (d Dir) WritePoints(r *Results) error {
	for i := range r.Runs {
		run := &r.Runs[i]
		for k := range run.Comparisons {
			c := &run.Comparisons[k]
			if c.Point == nil {
				continue
			}
			content, err := c.Point.encode()
			if err != nil {
				return fmt.Errorf("%s: %w", run.pointFile(c), err)
			}
			if err := d.Write(run.pointFile(c), content); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Point) encode() ([]byte, error) {
	var buf bytes.Buffer
	w := npz.NewWriter(&buf)
	for _, v := range p.vectors() {
		for k, t := range p.Layout {
			if err := w.Write(v.name+"/"+t.Name+".npy", shaped(t.Shape, p.slice(k, *v.values))); err != nil {
				return nil, err
			}
		}
	}
	rows := p.Batch.Len()
	for _, a := range []struct {
		name  string
		value any
	}{
		{"batch_x", shaped([]int{rows, len(p.Batch.X) / rows}, p.Batch.X)},
		{"batch_labels", int64s(p.Batch.Labels)},
		{"batch_rows", int64s(p.Batch.Rows)},
		{"image_shape", int64s([]int{p.Height, p.Width})},
	} {
		if err := w.Write(a.name+".npy", a.value); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// shaped gives the values the shape that NumPy is to see. Networks have
// matrices and vectors only.
func shaped(shape []int, values []float64) any {
	if len(shape) == 2 {
		return mat.NewDense(shape[0], shape[1], values)
	}
	return values
}

func int64s(values []int) []int64 {
	out := make([]int64, len(values))
	for i, v := range values {
		out[i] = int64(v)
	}
	return out
}

func ints(values []int64) []int {
	out := make([]int, len(values))
	for i, v := range values {
		out[i] = int(v)
	}
	return out
}

// readPoint reads what WritePoints wrote; nil when there is no such file.
func readPoint(path string, layout gradtwin.Layout) (*Point, error) {
	f, err := os.Open(path)
	if err != nil {
		if os.IsNotExist(err) {
			return nil, nil
		}
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	p, err := decodePoint(f, info, layout)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return p, nil
}

func decodePoint(f *os.File, info fs.FileInfo, layout gradtwin.Layout) (*Point, error) {
	r, err := npz.NewReader(f, info.Size())
	if err != nil {
		return nil, err
	}
	p := &Point{Layout: layout}
	for _, v := range p.vectors() {
		for _, t := range layout {
			values, err := readArray(r, v.name+"/"+t.Name, t.Shape)
			if err != nil {
				return nil, err
			}
			*v.values = append(*v.values, values...)
		}
	}
	for _, a := range []struct {
		name string
		dst  *[]int
	}{{"batch_labels", &p.Batch.Labels}, {"batch_rows", &p.Batch.Rows}} {
		var values []int64
		if err := r.Read(a.name+".npy", &values); err != nil {
			return nil, fmt.Errorf("%s: %w", a.name, err)
		}
		*a.dst = ints(values)
	}
	var shape []int64
	if err := r.Read("image_shape.npy", &shape); err != nil || len(shape) != 2 {
		return nil, fmt.Errorf("image_shape: %v, %w", shape, err)
	}
	p.Height, p.Width = int(shape[0]), int(shape[1])
	p.Batch.X, err = readArray(r, "batch_x", []int{p.Batch.Len(), layout[0].Shape[0]})
	return p, err
}

func readArray(r *npz.Reader, name string, shape []int) ([]float64, error) {
	key := name + ".npy"
	header := r.Header(key)
	if header == nil {
		return nil, fmt.Errorf("no array %s", name)
	}
	if !slices.Equal(header.Descr.Shape, shape) {
		return nil, fmt.Errorf("array %s of shape %v: want %v", name, header.Descr.Shape, shape)
	}
	var values []float64
	if err := r.Read(key, &values); err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	return values, nil
}
