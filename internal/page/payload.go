package page

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"html/template"
	"math"
	"slices"

	"gradtwin/compare/twin"
	"gradtwin/internal/report"
)

// payload is what the page's script computes with: the network, and its weights
// and batches at some points. The numbers stand in one compressed block, which
// Data holds as base64.
type payload struct {
	Layers     []int          `json:"layers"`
	Activation string         `json:"activation"`
	Delta      float64        `json:"delta"`
	Image      [2]int         `json:"image"` // height and width
	Points     []payloadPoint `json:"points"`
	Trained    *trained       `json:"trained"` // null where there is none
	Data       template.HTML  `json:"-"`

	block   bytes.Buffer
	weights [][]float64 // those in the block
	refs    []array     // where
}

// Classes are the network's answers.
func (p *payload) Classes() []int {
	var out []int
	for c := range p.Layers[len(p.Layers)-1] {
		out = append(out, c)
	}
	return out
}

// array is a vector in the block: f64, f32, or b16, the upper half of a float32.
type array struct {
	Type string `json:"type"`
	At   int    `json:"at"` // byte
	Len  int    `json:"len"`
}

// payloadPoint is a point at which the script can compute the loss.
type payloadPoint struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Noise    float64   `json:"noise"` // of the loss
	Weights  array     `json:"weights"`
	X        array     `json:"x"`
	Labels   []int     `json:"labels"`
	Elements []element `json:"elements"` // to begin with
}

// element is one weight and its symbolic gradient.
type element struct {
	Name     string  `json:"name"`
	Flat     int     `json:"flat"`
	Symbolic float64 `json:"symbolic"`
}

// trained is a pair of networks after training.
type trained struct {
	Title    string    `json:"title"`
	Names    [2]string `json:"names"` // of the two networks
	Start    *array    `json:"start"` // the weights before training
	Symbolic array     `json:"symbolic"`
	Numeric  array     `json:"numeric"`
	Mistakes []mistake `json:"mistakes"`
}

type mistake struct {
	Row    int    `json:"row"`
	Label  int    `json:"label"`
	Pixels []byte `json:"pixels"`
}

const (
	// maxWeights limits the weights that a page carries for the microscope, in bytes:
	// those of the experiment at two points. A page of more takes long to open.
	maxWeights = 1 << 20
	// maxTrained limits those of the trained networks.
	maxTrained = 1 << 20
	// maxBatch limits a point's batch.
	maxBatch = 1 << 20
)

// newPayload takes the starts of all runs first, then their ends, the last run's
// before the others'.
func newPayload(r *report.Results) *payload {
	p := &payload{}
	if len(r.Runs) == 0 {
		return p
	}
	// The batch of a run is drawn by its policy; the network is the same.
	spec := r.Runs[0].Config.Spec
	p.Layers, p.Activation, p.Delta = spec.Layers, spec.Activation.String(), spec.Delta
	for i := range r.Runs {
		p.add(&r.Runs[i], true)
	}
	for i := len(r.Runs) - 1; i >= 0; i-- {
		p.add(&r.Runs[i], false)
	}
	p.train(r)
	return p
}

// add takes in the points at the start of a run, or the others.
func (p *payload) add(run *report.Run, start bool) {
	for k := range run.Comparisons {
		c := &run.Comparisons[k]
		// The script has one network: a file from elsewhere can hold runs of several.
		if (c.After == 0) != start || c.Point == nil || !slices.Equal(run.Config.Spec.Layers, p.Layers) {
			continue
		}
		point := c.Point
		weights, ok := p.carry(point.NumericParams)
		if !ok || 8*len(point.Batch.X) > maxBatch {
			continue
		}
		out := payloadPoint{
			ID: pointID(run, c), Title: run.Title() + ", " + report.When(c), Noise: c.Check.Noise,
			Weights: weights, X: p.floats64(point.Batch.X), Labels: point.Batch.Labels,
		}
		for _, i := range twin.SweepElements(point.Symbolic, c.Check) {
			if finite(point.Symbolic[i]) {
				out.Elements = append(out.Elements, element{point.Layout.Element(i), i, point.Symbolic[i]})
			}
		}
		p.Image = [2]int{point.Height, point.Width}
		p.Points = append(p.Points, out)
	}
}

// train takes in the networks that the last run with an end led to.
func (p *payload) train(r *report.Results) {
	for i := len(r.Runs) - 1; i >= 0; i-- {
		run := &r.Runs[i]
		for k := range run.Comparisons {
			c := &run.Comparisons[k]
			if c.After == 0 || c.Point == nil || 4*len(c.Point.NumericParams) > maxTrained || !slices.Equal(run.Config.Spec.Layers, p.Layers) {
				continue
			}
			t := &trained{Title: run.Title(), Names: backendNames(run), Symbolic: p.floats32(c.Point.SymbolicParams)}
			if numeric, ok := p.carry(c.Point.NumericParams); ok {
				t.Numeric = numeric
			} else {
				t.Numeric = p.floats32(c.Point.NumericParams)
			}
			if first := run.Comparisons[0]; first.After == 0 && first.Point != nil {
				if start, ok := p.carry(first.Point.NumericParams); ok {
					t.Start = &start
				}
			}
			for _, predictions := range run.Predictions {
				if predictions.After == c.After {
					for _, m := range predictions.Mistakes {
						t.Mistakes = append(t.Mistakes, mistake{m.Row, m.Label, m.Pixels})
					}
				}
			}
			p.Image = [2]int{c.Point.Height, c.Point.Width}
			p.Trained = t
			return
		}
	}
}

// carry puts weights into the block, once, while there is room.
func (p *payload) carry(weights []float64) (array, bool) {
	for i, w := range p.weights {
		if slices.Equal(w, weights) {
			return p.refs[i], true
		}
	}
	if 8*len(weights)*(1+len(p.weights)) > maxWeights {
		return array{}, false
	}
	p.weights = append(p.weights, weights)
	p.refs = append(p.refs, p.floats64(weights))
	return p.refs[len(p.refs)-1], true
}

func (p *payload) floats64(values []float64) array {
	return p.put("f64", len(values), 8, func(i int) []byte {
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(values[i]))
	})
}

func (p *payload) floats32(values []float64) array {
	return p.put("f32", len(values), 4, func(i int) []byte {
		return binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(values[i])))
	})
}

// floats16 keeps two digits.
func (p *payload) floats16(values []float64) array {
	return p.put("b16", len(values), 2, func(i int) []byte {
		bits := uint64(math.Float32bits(float32(values[i]))) + 1<<15
		return binary.LittleEndian.AppendUint16(nil, uint16(min(bits, math.MaxUint32)>>16))
	})
}

// put writes n values of so many bytes, at a multiple of 8.
func (p *payload) put(kind string, n, size int, value func(i int) []byte) array {
	p.block.Write(make([]byte, -p.block.Len()&7))
	a := array{kind, p.block.Len(), n}
	for i := range n {
		p.block.Write(value(i))
	}
	return a
}

// seal compresses the block.
func (p *payload) seal() {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(p.block.Bytes())
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("page: " + err.Error()) // a buffer takes everything
	}
	p.Data = template.HTML(base64.StdEncoding.EncodeToString(buf.Bytes()))
}

func finite(x float64) bool { return x-x == 0 }
