package page

import (
	"fmt"
	"html/template"
	"slices"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/stats"
)

// payload is what the page's script computes with: networks, their weights and
// batches at some points. The numbers stand in one compressed block, which Data holds
// as base64.
type payload struct {
	Image   [2]int         `json:"image"` // height and width of an input
	Points  []payloadPoint `json:"points"`
	Trained []trained      `json:"trained"` // one for each run that came to its end
	Left    int            `json:"left"`    // out: runs that came to their end and have no room here
	Data    template.HTML  `json:"-"`

	block
	weights [][]float64 // those in the block
	refs    []array     // where
	room    int         // bytes that the trained networks may still take
}

// shape is what a network is, beside its weights.
type shape struct {
	Layers     []int   `json:"layers"`
	Activation string  `json:"activation"`
	Delta      float64 `json:"delta"`
}

func shapeOf(s gradtwin.Spec) shape { return shape{s.Layers, s.Activation.String(), s.Delta} }

// Classes are the answers of the networks: those of the one with most.
func (p *payload) Classes() []int {
	var out []int
	for _, t := range p.Trained {
		for c := len(out); c < t.Shape.Layers[len(t.Shape.Layers)-1]; c++ {
			out = append(out, c)
		}
	}
	return out
}

// payloadPoint is a point at which the script can compute the loss.
type payloadPoint struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Shape    shape     `json:"shape"`
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
	Point    string    `json:"point"` // where the gradients were compared at its end
	Shape    shape     `json:"shape"`
	Names    [2]string `json:"names"` // of the two networks
	Start    *array    `json:"start"` // the weights before training
	Symbolic array     `json:"symbolic"`
	Numeric  array     `json:"numeric"`
	Dead     *dead     `json:"dead"` // null where it was not counted
	Mistakes []mistake `json:"mistakes"`
}

// dead counts, layer by layer, the hidden units that pass nothing on for any of so
// many test rows.
type dead struct {
	Rows   int   `json:"rows"`
	Before []int `json:"before"` // training; null where it was not counted
	After  []int `json:"after"`  // of the first network
}

type mistake struct {
	Row    int    `json:"row"`
	Label  int    `json:"label"`
	Pixels []byte `json:"pixels"`
}

const (
	// maxWeights limits the weights that a page carries for the microscope, in bytes:
	// those of the experiment at its four points. A page of more takes long to open.
	maxWeights = 3 << 19
	// maxTrained limits those of the trained networks, in float32: the experiment's at
	// four learning rates.
	maxTrained = 3 << 20
	// maxBatch limits a point's batch.
	maxBatch = 1 << 20
)

// emptyPayload returns one of nothing, which JSON writes as empty lists.
func emptyPayload() *payload {
	return &payload{Points: []payloadPoint{}, Trained: []trained{}, room: maxTrained}
}

// pointID names a point of a run on the page.
func pointID(run *report.Run, c *twin.Comparison) string {
	return fmt.Sprintf("%v-step%d", run.Config.Policy, c.After)
}

// newPayload takes the starts of all runs first, then their ends.
func newPayload(r *report.Results) *payload {
	p := emptyPayload()
	for _, start := range []bool{true, false} {
		for i := range r.Runs {
			p.add(&r.Runs[i], start)
		}
	}
	for i := range r.Runs {
		p.train(r.Runs[i].Title(), &r.Runs[i])
	}
	return p
}

// add adds the points at the start of a run, or the others.
func (p *payload) add(run *report.Run, start bool) {
	for k := range run.Comparisons {
		c := &run.Comparisons[k]
		if (c.After == 0) != start || c.Point == nil || 8*len(c.Point.Batch.X) > maxBatch {
			continue
		}
		point := c.Point
		weights, ok := p.carry(point, p.start(run))
		if !ok {
			continue
		}
		out := payloadPoint{
			ID: pointID(run, c), Title: run.Title() + ", " + report.When(c),
			Shape: shapeOf(run.Config.Spec), Noise: c.Check.Noise,
			Weights: weights, X: p.floats64(point.Batch.X, nil), Labels: point.Batch.Labels,
		}
		for _, i := range twin.SweepElements(point.Symbolic, c.Check) {
			if !stats.IsNotFinite(point.Symbolic[i]) {
				out.Elements = append(out.Elements, element{point.Layout.Element(i), i, point.Symbolic[i]})
			}
		}
		p.Image = [2]int{point.Height, point.Width}
		p.Points = append(p.Points, out)
	}
}

// start returns where the weights are that the run began with, nil where they are
// not carried.
func (p *payload) start(run *report.Run) *array {
	first := &run.Comparisons[0]
	if first.After != 0 || first.Point == nil {
		return nil
	}
	if i := p.carried(first.Point.NumericParams); i >= 0 {
		return &p.refs[i]
	}
	return nil
}

// train adds the networks that a run led to.
func (p *payload) train(title string, run *report.Run) {
	for k := range run.Comparisons {
		c := &run.Comparisons[k]
		if c.After == 0 || c.Point == nil {
			continue
		}
		p.room -= 8 * len(c.Point.NumericParams)
		if p.room < 0 {
			p.Left++
			continue
		}
		t := trained{
			Title: title,
			Point: pointID(run, c),
			Shape: shapeOf(run.Config.Spec),
			Names: run.Labels(),
			Start: p.start(run),
		}
		if i := p.carried(c.Point.NumericParams); i >= 0 {
			t.Numeric = p.refs[i]
		} else {
			t.Numeric = p.floats32(c.Point.NumericParams, nil)
		}
		t.Symbolic = p.floats32(c.Point.SymbolicParams, &t.Numeric)
		p.Image = [2]int{c.Point.Height, c.Point.Width}
		t.predict(run, c.After)
		p.Trained = append(p.Trained, t)
	}
}

// predict adds the predictions of the run's networks after its end.
func (t *trained) predict(run *report.Run, after int) {
	var before []int
	for _, q := range run.Predictions {
		if q.After == 0 {
			before = q.Dead
		}
		if q.After != after {
			continue
		}
		for _, m := range q.Mistakes {
			t.Mistakes = append(t.Mistakes, mistake{m.Row, m.Label, m.Pixels})
		}
		if len(q.Dead) == len(run.Config.Spec.Layers)-2 {
			t.Dead = &dead{Rows: q.Rows(), Before: before, After: q.Dead}
		}
	}
}

// carried returns the place of weights in the block, -1 for none.
func (p *payload) carried(weights []float64) int {
	return slices.IndexFunc(p.weights, func(w []float64) bool { return slices.Equal(w, weights) })
}

// carry puts the weights of a point into the block, once, while there is room; base
// are those that they came from, nil for none.
func (p *payload) carry(point *twin.Point, base *array) (array, bool) {
	weights := point.NumericParams
	if i := p.carried(weights); i >= 0 {
		return p.refs[i], true
	}
	if 8*len(weights)*(1+len(p.weights)) > maxWeights {
		return array{}, false
	}
	p.weights = append(p.weights, weights)
	p.refs = append(p.refs, p.floats64(unreached(point), base))
	return p.refs[len(p.refs)-1], true
}

// unreached returns the point's weights, those in float32 that no loss of its batch
// depends on: of inputs that are 0 in every row. Half of the experiment's are.
func unreached(point *twin.Point) []float64 {
	out := slices.Clone(point.NumericParams)
	inputs, units := point.Layout[0].Shape[0], point.Layout[0].Shape[1]
	used := make([]bool, inputs)
	for i, x := range point.Batch.X {
		used[i%inputs] = used[i%inputs] || x != 0
	}
	for i := range inputs * units {
		if !used[i/units] {
			out[i] = float64(float32(out[i]))
		}
	}
	return out
}
