package compare

import (
	"context"
	"math"
	"slices"

	"gradtwin/internal/stats"
)

const (
	// narrowRoundoffs and narrowTensorRoundoffs are how many unit roundoffs of itself, and
	// of its tensor's largest, a float32 element may be off in any case: what a
	// unit in the last place of the elements does not move shows no rounding.
	narrowRoundoffs       = 64
	narrowTensorRoundoffs = 4
)

// measureNarrow asks whether the float32 gradient is the float64 one, rounded:
// the second of the two questions that a float32 function raises. Both gradients
// are taken at points that differ by some float32 units in the last place of each
// element; how far their difference varies there is each element's rounding.
// wide has been measured at the same elements, p. It returns what it asked of the
// float32 function.
func measureNarrow(ctx context.Context, narrowF Function, p *point, wide *evaluator) (work, error) {
	e := &evaluator{f: narrowF, budget: unlimited}
	q := &point{layout: p.layout, offsets: p.offsets, seed: p.seed, single: true}
	q.x, q.g = slices.Clone(p.x), make([]float64, len(p.g))
	e.at = q
	if err := e.unchanged("rebuilding the function in float64"); err != nil {
		return e.work, err
	}
	if _, err := q.read(ctx, e); err != nil {
		return e.work, err
	}
	n := &narrowGradient{g: q.g, bound: make([]float64, len(q.g))}
	runs, err := q.gradientErrors(ctx, e, wide, 0, roundingPoints)
	if err != nil {
		return e.work, err
	}
	look := q.beyond(n, p, runs, roundingLook)
	if len(look) > 0 {
		more, err := q.gradientErrors(ctx, e, wide, roundingPoints, roundingPoints+roundingMore)
		if err != nil {
			return e.work, err
		}
		n.wrong = q.beyond(n, p, append(runs, more...), roundingWrong)
	}
	p.narrow = n
	return e.work, e.unchanged("the check")
}

// gradientErrors returns, at points next to the one to check, the float32 gradient
// less the float64 one. The data move as the elements do: what is rounded may
// depend on them alone, as in a batch that is normalized first.
func (p *point) gradientErrors(ctx context.Context, e, wide *evaluator, first, last int) ([][]float64, error) {
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
		away := p.ulpAway(singleRoundoff, widening[n%len(widening)], n)
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
		if stats.FirstNotFinite(g) < 0 {
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
func (p *point) beyond(n *narrowGradient, wide *point, runs [][]float64, times float64) []int {
	var out []int
	for k := range p.layout {
		from, to := p.interval(k)
		vanishing := wide.vanishing(k)
		for i := from; i < to; i++ {
			n.bound[i] = max(vanishing, times*deviation(runs, i),
				singleRoundoff*max(narrowRoundoffs*math.Abs(wide.g[i]), narrowTensorRoundoffs*wide.largest[k]))
			if math.Abs(n.g[i]-wide.g[i]) > n.bound[i] {
				out = append(out, i)
			}
		}
	}
	return out
}

// vanishing returns how large the float32 gradient of tensor k may be where the
// float64 one is only the rounding of a sum of large terms; 0 for any other tensor. The
// terms are taken to be as large as the function's largest gradient, or as the loss over
// the size of the elements where that is smaller or every gradient vanishes.
func (p *point) vanishing(k int) float64 {
	terms := slices.Max(p.largest)
	if p.scale[k] > 0 {
		byLoss := math.Abs(p.f) / p.scale[k]
		// Tiny elements of one tensor do not make the gradients of the others vanish.
		if terms > narrowRoundoffs*p.roundoff()*math.Abs(p.f)/slices.Max(p.scale) {
			byLoss = min(byLoss, terms)
		}
		terms = byLoss
	}
	if p.largest[k] > narrowRoundoffs*p.roundoff()*terms {
		return 0
	}
	return narrowRoundoffs * singleRoundoff * terms
}
