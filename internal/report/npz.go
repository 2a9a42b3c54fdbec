package report

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/internal/npz"
)

// pointFile is the name of a point's arrays, as in fixed-step1000.npz.
func (r *Run) pointFile(c *twin.Comparison) string {
	return fmt.Sprintf("%s-step%d.npz", r.Config.Policy, c.After)
}

// vectors names the point's flat vectors as the file does.
func vectors(p *twin.Point) []namedVector {
	return []namedVector{
		{"params_symbolic", &p.SymbolicParams}, {"params_numeric", &p.NumericParams},
		{"gradient_symbolic", &p.Symbolic}, {"gradient_numeric", &p.Numeric},
		{"gradient_settled", &p.Settled}, {"step", &p.Steps}, {"bound", &p.Bound},
	}
}

// verdictName is the name of the arrays with the verdicts: compare.OK is 0, and so
// on.
const verdictName = "verdict"

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
			content, err := EncodePoint(c.Point)
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

// EncodePoint returns the .npz file of a point.
func EncodePoint(p *twin.Point) ([]byte, error) {
	var buf bytes.Buffer
	w := npz.NewWriter(&buf)
	add := func(name string, file []byte, err error) error {
		if err != nil {
			return err
		}
		return w.Add(name, file)
	}
	for _, v := range vectors(p) {
		for k, t := range p.Layout {
			file, err := npz.Encode(t.Shape, twin.PartOf(p, k, *v.values))
			if err := add(v.name+"/"+t.Name, file, err); err != nil {
				return nil, err
			}
		}
	}
	for k, t := range p.Layout {
		var codes []float64
		for _, v := range twin.PartOf(p, k, p.Verdicts) {
			codes = append(codes, float64(v))
		}
		file, err := npz.Encode(t.Shape, codes)
		if err := add(verdictName+"/"+t.Name, file, err); err != nil {
			return nil, err
		}
	}
	rows := p.Batch.Len()
	file, err := npz.Encode([]int{rows, len(p.Batch.X) / rows}, p.Batch.X)
	if err := add("batch_x", file, err); err != nil {
		return nil, err
	}
	for _, a := range []struct {
		name   string
		values []int
	}{
		{"batch_labels", p.Batch.Labels}, {"batch_rows", p.Batch.Rows}, {"image_shape", []int{p.Height, p.Width}},
	} {
		values := make([]int64, len(a.values))
		for i, v := range a.values {
			values[i] = int64(v)
		}
		file, err := npz.Encode([]int{len(values)}, values)
		if err := add(a.name, file, err); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// MaxInflation is how many bytes a point's arrays may have for each byte of
// its file. Files were compressed once, and weights do not compress: of the seven
// vectors two are weights.
const MaxInflation = 100

// readPoint reads what WritePoints wrote; nil when there is no such file.
func readPoint(path string, spec gradtwin.Spec) (*twin.Point, error) {
	content, err := npz.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p, err := DecodePoint(content, spec)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// DecodePoint reads the .npz file of a point of the spec's network.
func DecodePoint(content []byte, spec gradtwin.Spec) (*twin.Point, error) {
	members, err := npz.Open(content, MaxInflation)
	if err != nil {
		return nil, err
	}
	r := pointReader{}
	for _, m := range members {
		r[m.Name] = m
	}
	p := &twin.Point{Layout: spec.Layout()}
	for _, v := range vectors(p) {
		for _, t := range p.Layout {
			values, err := readArray[float64](r, v.name+"/"+t.Name, t.Shape...)
			if err != nil {
				return nil, err
			}
			*v.values = append(*v.values, values...)
		}
	}
	for _, t := range p.Layout {
		codes, err := readArray[float64](r, verdictName+"/"+t.Name, t.Shape...)
		if err != nil {
			return nil, err
		}
		for i, c := range codes {
			v := compare.Verdict(max(0, min(c, float64(compare.Unseen))))
			if float64(v) != c {
				return nil, fmt.Errorf("array %s/%s: verdict %v of element %d: want 0 to %d", verdictName, t.Name, c, i,
					compare.Unseen)
			}
			p.Verdicts = append(p.Verdicts, v)
		}
	}
	shape, err := r.ints("image_shape", 2)
	if err != nil {
		return nil, err
	}
	p.Height, p.Width = shape[0], shape[1]
	if p.Batch.Labels, err = r.ints("batch_labels", anySize); err != nil {
		return nil, err
	}
	if p.Batch.Rows, err = r.ints("batch_rows", p.Batch.Len()); err != nil {
		return nil, err
	}
	if p.Batch.X, err = readArray[float64](r, "batch_x", p.Batch.Len(), spec.Inputs()); err != nil {
		return nil, err
	}
	return p, validatePoint(p, spec)
}

// validatePoint returns an error unless the point can be drawn. Its gradients may be any
// numbers.
func validatePoint(p *twin.Point, spec gradtwin.Spec) error {
	if err := p.Batch.Validate(spec); err != nil {
		return err
	}
	h, w := p.Height, p.Width
	if none := h == 0 && w == 0; !none && (h < 1 || w < 1 || spec.Inputs()%h != 0 || spec.Inputs()/h != w) {
		return fmt.Errorf("image_shape [%d %d]: want one of %d pixels, or [0 0]", h, w, spec.Inputs())
	}
	return nil
}

// pointReader holds the arrays of a point's file by their names.
type pointReader map[string]npz.Member

// anySize stands for a dimension that may have any size.
const anySize = -1

// readArray returns an array of the given shape.
func readArray[T npz.Element](r pointReader, name string, shape ...int) ([]T, error) {
	m, ok := r[name]
	if !ok {
		return nil, fmt.Errorf("no array %s", name)
	}
	file, err := m.Bytes()
	if err != nil {
		return nil, err
	}
	got, values, err := npz.Decode[T](file)
	if err == nil && !slices.EqualFunc(got, shape, func(g, s int) bool { return g == s || s == anySize }) {
		err = fmt.Errorf("shape %v: want %v", got, shape)
	}
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	return values, nil
}

// ints returns a vector of whole numbers.
func (r pointReader) ints(name string, size int) ([]int, error) {
	values, err := readArray[int64](r, name, size)
	out := make([]int, len(values))
	for i, v := range values {
		out[i] = int(v)
	}
	return out, err
}
