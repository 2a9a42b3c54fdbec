package compare

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	// firstMove is the first Move that is tried: another order of size among
	// elements that are alike, and no change of sign.
	firstMove = 1
	// lastMove is the last one, where the loss or the gradient is not finite at
	// larger ones.
	lastMove = 1. / 64
	// emptyScale is how large elements become of a tensor that is all zeros: as
	// weights often begin.
	emptyScale = 0.1
)

// checker checks a function at the point where it stands.
type checker func(ctx context.Context, f Function, o Options) (*Report, error)

// checkPoints checks at all points that the options ask for, puts the elements
// and the draw back, and returns the report of the worst point.
func checkPoints(ctx context.Context, f Function, o Options, checkHere checker) (*Report, error) {
	if _, err := o.resolve(f.Layout()); err != nil {
		return nil, err
	}
	w := &walk{f: f, checkHere: checkHere, asked: o, begun: time.Now()}
	w.stand()
	defer w.restore()
	shown, err := w.check(ctx, 0, Point{Draw: w.draw})
	if err != nil {
		return nil, err
	}
	judged, worst := w.each, 0
	for n := 1; n < o.Points; n++ {
		r, err := w.checkBeside(ctx, n)
		if err != nil {
			return nil, err
		}
		if r != nil && r.worse(shown) {
			shown, judged, worst = r, w.each, n
		}
	}
	w.points[worst].Shown = true
	shown.Points = w.points
	shown.Calls, shown.Gradients, shown.Whole = w.work.Calls, w.work.Gradients, w.whole
	shown.Options, shown.Replay = o.asked(), replay(o.asked())
	if o.Each != nil {
		for _, e := range judged {
			o.Each(e)
		}
	}
	return shown, w.restore()
}

// walk is a check at several points.
type walk struct {
	f         Function
	checkHere checker
	asked     Options
	begun     time.Time
	each      []Element // of the last point
	x         []float64 // where the function stands
	draw      uint64
	points    []Point
	work      work
	whole     int
}

// stand records where the function stands.
func (w *walk) stand() {
	w.x = make([]float64, w.f.Layout().Len())
	for i := range w.x {
		w.x[i] = w.f.At(i)
	}
	if d, ok := w.f.(Redrawer); ok {
		w.draw = d.Draw()
	}
}

// restore puts everything back.
func (w *walk) restore() error {
	for i, x := range w.x {
		w.f.Set(i, x)
	}
	if w.draw == 0 {
		return nil
	}
	return w.f.(Redrawer).Redraw(w.draw)
}

// checkBeside checks at point n. Its report is nil where that cannot be checked: there
// an error is no fault of the gradient's.
func (w *walk) checkBeside(ctx context.Context, n int) (*Report, error) {
	if w.draw != 0 {
		if err := w.f.(Redrawer).Redraw(w.draw + uint64(n)); err != nil {
			return nil, err
		}
	}
	p := Point{Move: firstMove, Shuffled: n%2 == 1, Draw: w.drawAt(n)}
	for ; ; p.Move, p.Shuffled = p.Move/4, false {
		w.move(n, p)
		r, err := w.check(ctx, n, p)
		var unsteady *UnsteadyError
		var changed *ChangedError
		var infinite *NonFiniteError
		switch {
		case err == nil:
			return r, nil
		case ctx.Err() != nil, errors.As(err, &unsteady), errors.As(err, &changed):
			return nil, fmt.Errorf("point %d: %w", n+1, err)
		case errors.As(err, &infinite) && p.Move > lastMove:
			continue
		}
		p.Result, p.Problem = NotChecked, err.Error()
		w.points = append(w.points, p)
		return nil, nil
	}
}

// drawAt is the seed of the draw at point n.
func (w *walk) drawAt(n int) uint64 {
	if w.draw == 0 {
		return 0
	}
	return w.draw + uint64(n)
}

// move takes the function to point n.
func (w *walk) move(n int, p Point) {
	i := 0
	for k, t := range w.f.Layout() {
		r := random(w.asked.Seed, purposePoint, k, n)
		x := slices.Clone(w.x[i : i+t.Len()])
		if p.Shuffled {
			r.Shuffle(len(x), func(a, b int) { x[a], x[b] = x[b], x[a] })
		}
		scale := meanSize(x)
		if scale == 0 {
			scale = emptyScale
		}
		for _, v := range x {
			u := p.Move * (2*r.Float64() - 1)
			if v != 0 {
				v *= math.Exp2(u)
			} else {
				v = u * scale
			}
			w.f.Set(i, v)
			i++
		}
	}
}

// check checks where the function is now, with the point's share of the budget.
func (w *walk) check(ctx context.Context, n int, p Point) (*Report, error) {
	o := w.asked
	left := o.Points - n
	if o.MaxCalls > 0 {
		o.MaxCalls = max(1, (o.MaxCalls-w.work.Calls)/left)
	}
	if o.MaxTime > 0 {
		o.MaxTime = max(1, (o.MaxTime-time.Since(w.begun))/time.Duration(left))
	}
	if report := o.Progress; report != nil {
		o.Progress = func(done, total int) { report(n*total+done, w.asked.Points*total) }
	}
	w.each = nil
	if o.Each != nil {
		o.Each = func(e Element) { w.each = append(w.each, e) }
	}
	r, err := w.checkHere(ctx, w.f, o)
	if err != nil {
		return nil, err
	}
	p.Result, p.Counts = r.Result(), r.Counts
	w.points = append(w.points, p)
	w.work.join(work{r.Calls, r.Gradients})
	w.whole += r.Whole
	return r, nil
}
