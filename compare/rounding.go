package compare

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Precision says what was judged.
type Precision string

// The precisions of a check.
const (
	// Double is a float64 function.
	Double Precision = "float64"
	// Mixed is a float32 function that was rebuilt in float64: its formula is
	// judged there, and its float32 gradient is compared with the float64 one.
	Mixed Precision = "float32, judged in float64"
	// Single is a float32 function that could not be rebuilt: the noise of its
	// loss decides.
	Single Precision = "float32"
)

// isSingle reports whether a function says that it computes in float32.
func isSingle(f Function) bool {
	n, ok := f.(Narrow)
	return ok && n.Float32()
}

// widen returns the float64 form of a function in float32, to be judged in its
// place; nil of a function in float64. Where there is none, the error says why.
func widen(f Function) (Function, error) {
	if !isSingle(f) {
		return nil, nil
	}
	w, ok := f.(Widener)
	if !ok {
		return nil, errors.New("the function has no Float64")
	}
	wide, err := w.Float64()
	if err != nil {
		return nil, err
	}
	if a, b := f.Layout().Len(), wide.Layout().Len(); a != b {
		return nil, fmt.Errorf("its float64 form has %d elements: want %d", b, a)
	}
	return wide, nil
}

// How a gradient's own rounding is measured: by gradients at points that differ
// from the point by some units in the last place of each element. For float32
// gradients, of which 934,740 right ones were tried, six times what the first
// points show needed a second look at 4 in a million elements, and ten times what
// all points show was never reached.
const (
	roundingPoints = 8
	roundingMore   = 32
	roundingLook   = 6
	roundingWrong  = 10
)

const (
	// floorUnits is how many unit roundoffs of itself an element may be off in any
	// case.
	floorUnits = 16
	// mostRounding is what a measurement can make of it, relative to the tensor's
	// largest gradient.
	mostRounding = 1e-3
	// sharpest is what it may be without a second thought: above it, next to a kink
	// the gradient jumps, which is no rounding.
	sharpest = 1e-9
	// quarter is the quarter of the distances between two values of a normal
	// distribution with a standard deviation of 1 that are smaller.
	quarter = 0.45
)

const (
	// narrowUnits and narrowTensorUnits are how many unit roundoffs of itself, and
	// of its tensor's largest, a float32 element may be off in any case: what a
	// unit in the last place of the elements does not move shows no rounding.
	narrowUnits       = 64
	narrowTensorUnits = 4
)

// measureRounding finds out how far rounding may take each element of the
// gradient, of which another run at the point gave again.
func (p *point) measureRounding(ctx context.Context, e *evaluator, again []float64) error {
	var runs [][]float64
	for n := range roundingPoints {
		e.move(p.ulpAway(p.unit(), 1, n))
		g := make([]float64, len(p.x))
		if err := e.gradient(ctx, g); err != nil {
			return err
		}
		if firstNotFinite(g) < 0 {
			runs = append(runs, g)
		}
	}
	e.restore(p.x)
	p.rounding = make([]float64, len(p.x))
	for k := range p.layout {
		from, to := p.tensor(k)
		for i := from; i < to; i++ {
			measured := deviation(runs, i)
			if measured > sharpest*p.largest[k] {
				measured = min(measured, scatter(runs, i))
			}
			measured = roundingLook * max(measured, math.Abs(p.g[i]-again[i]))
			p.rounding[i] = max(floorUnits*p.unit()*math.Abs(p.g[i]), min(measured, mostRounding*p.largest[k]))
		}
	}
	return nil
}

// widening is by how much more than a few units the elements move, in turn, where
// two gradients at the same point are compared: the last place of an element in
// which a unit saturates moves none of what is rounded on the way.
var widening = [...]float64{1, 1 << 6, 1 << 10, 1 << 13}

// ulpAway returns a move of every element by a few times so many units in its last
// place, up or down, the n-th.
func (p *point) ulpAway(unit, times float64, n int) func(i int, x float64) float64 {
	r := random(p.seed, purposeRounding, 0, n)
	return func(_ int, x float64) float64 {
		ulps := float64(1 + r.IntN(4))
		if r.Uint64()&1 == 0 {
			ulps = -ulps
		}
		return x + 2*unit*times*ulps*x
	}
}

// deviation returns the standard deviation of element i over the runs.
func deviation(runs [][]float64, i int) float64 {
	if len(runs) < 2 {
		return 0
	}
	// Differences to the first are small where the deviation is, and relative to
	// the largest their squares do not overflow.
	most := 0.0
	for _, g := range runs {
		most = max(most, math.Abs(g[i]-runs[0][i]))
	}
	if most == 0 || isNotFinite(most) {
		return most
	}
	sum, squares := 0.0, 0.0
	for _, g := range runs {
		d := (g[i] - runs[0][i]) / most
		sum += d
		squares += d * d
	}
	n := float64(len(runs))
	return most * math.Sqrt(max(0, squares-sum*sum/n)/(n-1))
}

// scatter estimates the standard deviation of element i over the runs from a
// quarter of the distances between them: where they lie at two values, on either
// side of a kink, that is the scatter about each.
func scatter(runs [][]float64, i int) float64 {
	var apart []float64
	for k, g := range runs {
		for _, h := range runs[:k] {
			apart = append(apart, math.Abs(g[i]-h[i]))
		}
	}
	if apart == nil {
		return 0
	}
	slices.Sort(apart)
	return apart[len(apart)/4] / quarter
}

// narrow is the float32 gradient of a function that is judged in float64.
type narrow struct {
	g     []float64 // the float32 gradient
	bound []float64 // of each element: what |float32 − float64| may be
	wrong []int     // the elements beyond it
}

// measureNarrow asks whether the float32 gradient is the float64 one, rounded:
// the second of the two questions that a float32 function raises. Both gradients
// are taken at points that differ by some float32 units in the last place of each
// element; how far their difference varies there is each element's rounding.
// wide has been measured at the same elements, p. It returns what it asked of the
// float32 function.
func measureNarrow(ctx context.Context, narrowF Function, p *point, wide *evaluator) (work, error) {
	e := &evaluator{f: narrowF, left: unlimited}
	q := &point{layout: p.layout, offsets: p.offsets, seed: p.seed, single: true}
	q.x, q.g = slices.Clone(p.x), make([]float64, len(p.g))
	e.at = q
	if err := e.unchanged("rebuilding the function in float64"); err != nil {
		return e.work, err
	}
	if _, err := q.read(ctx, e); err != nil {
		return e.work, err
	}
	n := &narrow{g: q.g, bound: make([]float64, len(q.g))}
	runs, err := q.differences(ctx, e, wide, 0, roundingPoints)
	if err != nil {
		return e.work, err
	}
	look := q.beyond(n, p, runs, roundingLook)
	if len(look) > 0 {
		more, err := q.differences(ctx, e, wide, roundingPoints, roundingPoints+roundingMore)
		if err != nil {
			return e.work, err
		}
		n.wrong = q.beyond(n, p, append(runs, more...), roundingWrong)
	}
	p.narrow = n
	return e.work, e.unchanged("the check")
}

// differences returns, at points next to the one to check, the float32 gradient
// less the float64 one. The data move as the elements do: what is rounded may
// depend on them alone, as in a batch that is normalized first.
func (p *point) differences(ctx context.Context, e, wide *evaluator, first, last int) ([][]float64, error) {
	var runs [][]float64
	defer e.restore(p.x)
	defer wide.restore(p.x)
	around, err := surroundingsOf(e.f, wide.f)
	if err != nil {
		return nil, err
	}
	defer around.restore()
	exact := make([]float64, len(p.x))
	for n := first; n < last; n++ {
		away := p.ulpAway(singleUnit, widening[n%len(widening)], n)
		e.move(away)
		wide.restore(e.elements())
		if err := around.move(away); err != nil {
			return nil, err
		}
		g := make([]float64, len(p.x))
		if err := e.gradient(ctx, g); err != nil {
			return nil, err
		}
		if err := wide.gradient(ctx, exact); err != nil {
			return nil, err
		}
		for i := range g {
			g[i] -= exact[i]
		}
		if firstNotFinite(g) < 0 {
			runs = append(runs, g)
		}
	}
	return runs, nil
}

// surroundings are the numbers that a function in float32, and its float64 form,
// are computed from besides the elements.
type surroundings struct {
	narrow, wide Surrounded // nil where there are none
	x            []float64
}

// mostSurroundings limits the memory for them.
const mostSurroundings = 1 << 24

func surroundingsOf(f, wide Function) (surroundings, error) {
	a, ok := f.(Surrounded)
	b, also := wide.(Surrounded)
	if !ok || !also {
		return surroundings{}, nil
	}
	x, err := a.Surroundings()
	if err != nil {
		return surroundings{}, err
	}
	if y, err := b.Surroundings(); err != nil || len(x) != len(y) || len(x) > mostSurroundings {
		return surroundings{}, err
	}
	return surroundings{a, b, x}, nil
}

// move moves them, to the same places in both functions.
func (s surroundings) move(to func(i int, x float64) float64) error {
	if s.narrow == nil {
		return nil
	}
	y := make([]float64, len(s.x))
	for i, x := range s.x {
		y[i] = to(i, x)
	}
	if err := s.narrow.SetSurroundings(y); err != nil {
		return err
	}
	y, err := s.narrow.Surroundings() // as they are rounded
	if err != nil {
		return err
	}
	return s.wide.SetSurroundings(y)
}

// restore puts them back where they were.
func (s surroundings) restore() {
	if s.narrow != nil {
		_ = s.narrow.SetSurroundings(s.x) // it has been done before
		_ = s.wide.SetSurroundings(s.x)
	}
}

// beyond sets the bounds at so many times the measured rounding, and returns the
// elements beyond theirs.
func (p *point) beyond(n *narrow, wide *point, runs [][]float64, times float64) []int {
	var out []int
	for k := range p.layout {
		from, to := p.tensor(k)
		vanishing := wide.vanishing(k)
		for i := from; i < to; i++ {
			n.bound[i] = max(vanishing, times*deviation(runs, i),
				singleUnit*max(narrowUnits*math.Abs(wide.g[i]), narrowTensorUnits*wide.largest[k]))
			if math.Abs(n.g[i]-wide.g[i]) > n.bound[i] {
				out = append(out, i)
			}
		}
	}
	return out
}

// vanishing returns what the float32 gradient of a tensor may be of which the
// float64 one is nothing but rounding beside the terms it is a sum of, 0 of any
// other. The terms are as large as another tensor's gradient, or smaller, as large
// as the loss over the elements; where every gradient vanishes, as large as that.
func (p *point) vanishing(k int) float64 {
	terms := slices.Max(p.largest)
	if p.scale[k] > 0 {
		byLoss := math.Abs(p.f) / p.scale[k]
		// Tiny elements of one tensor do not make the gradients of the others vanish.
		if terms > narrowUnits*p.unit()*math.Abs(p.f)/slices.Max(p.scale) {
			byLoss = min(byLoss, terms)
		}
		terms = byLoss
	}
	if p.largest[k] > narrowUnits*p.unit()*terms {
		return 0
	}
	return narrowUnits * singleUnit * terms
}
