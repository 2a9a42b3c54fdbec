package compare

import (
	"context"
	"math"

	"gradtwin/internal/stats"
)

const (
	// moreNeighbors is how many more gradients beside the point are taken where a
	// value would be called wrong.
	moreNeighbors = 256
	// maxNeighborNumbers limits the memory for the gradients beside the point.
	maxNeighborNumbers = 1 << 26
	// farRing is the distance of the far one of two rings of gradients beside the point,
	// in steps of the ladder's last difference, where noise ended the ladder: kinks that
	// it could not tell from the point lie within.
	farRing = 16
	// kinkedRing is that distance where the ladder ended above the noise: only kinks at
	// the point itself can have escaped it.
	kinkedRing = 1.0 / 16
	// ringRatio is how many times nearer than the far ring the near one is.
	ringRatio = 16
	// atRing is how many times nearer than the near ring only kinks at the point itself
	// can be.
	atRing = 1 << 16
	// curvatureLeft is how much of the far ring's spread curvature leaves at the near one at
	// most: it falls with the distance. The spread of a kink at the point stays.
	curvatureLeft = 0.1
)

// atKinks judges a line whose differences do not decide: the point may be on
// several kinks at once, or next to ones that the noise hides. Then the gradients
// beside the point differ from each other, and a value among them, or a little
// beyond, is one that the rules of automatic differentiation can give there
// (Bolte & Pauwels, Math. Program. 188, 2021). They are themselves the gradient
// that is being judged, so they count only after differences of the loss have
// confirmed the two ends of their range.
func (c *climb) atKinks(ctx context.Context) (outcome, error) {
	q := c.l.newest()
	k := c.l.best()
	best := c.l.outcome(Inconclusive, k)
	if k < len(c.l.differences)-1 {
		best.remarks |= repeated
	}
	if c.l.largeAgreed >= 0 || c.l.contradicts() || c.l.isLoud() || c.l.end != kinked && !c.l.isFine(q) || stats.IsNotFinite(q.d) ||
		c.at != &c.j.at.place && c.l.end != settled {
		// Beside the point nothing stands on a kink but by chance.
		return best, nil
	}
	// Two differences that noise hides both may agree by chance.
	if c.l.end != hidden {
		best.verdict = Wrong
	} else if c.l.isSettled() {
		if p, _ := c.l.last(); p.gap() > p.bound {
			best.verdict = Wrong
		}
	}
	if c.at != &c.j.at.place {
		return best, nil
	}
	// Where the ladder ended above the noise, kinks must be at the point itself to
	// have escaped it.
	atPoint := c.l.end != hidden
	distance := farRing * q.h
	if atPoint {
		distance = kinkedRing * q.h
	}
	far, err := c.j.beside.ringAt(ctx, c.e, distance, neighborPoints)
	if err != nil {
		return best, err
	}
	near, err := c.j.beside.ringAt(ctx, c.e, far.distance/ringRatio, neighborPoints)
	if err != nil {
		return best, err
	}
	inner, all := emptySpan(), emptySpan()
	inner.extend(near, c.on)
	all.extend(far, c.on)
	outer := all.width()
	all.extend(near, c.on)
	many := max(neighborPoints, min(neighborPoints+moreNeighbors, maxNeighborNumbers/len(c.j.at.x)))
	spread := 8 * (c.l.rounding + doubleRoundoff*max(math.Abs(all.lo), math.Abs(all.hi)))
	differ := all.width() > spread // not where it is NaN
	if curvature := inner.width() <= curvatureLeft*outer && (atPoint || inner.width() >= curvatureLeft/ringRatio*outer); !differ ||
		curvature {
		if d, ok := c.on.(*direction); ok && len(d.index) > 1 && differ && q.gap() <= inner.width() {
			best.verdict = Inconclusive // a small kink would not show beside so much of it
		}
		if best.verdict != Wrong || !atPoint {
			return best, nil // kinks that the near ring leaves out would leave nothing
		}
		// Where all units of a layer must be on for the gradient to differ, few points
		// show that the point is on kinks.
		if kinked, err := c.j.beside.onKinks(ctx, c.e, near.distance/atRing); err != nil || !kinked {
			return best, err
		}
		nearest, err := c.j.beside.ringAt(ctx, c.e, near.distance/atRing, many)
		if err != nil {
			return best, err
		}
		exact := emptySpan()
		exact.extend(nearest, c.on)
		if !(exact.width() > spread && exact.width() > curvatureLeft*inner.width()) {
			if q.gap() <= spread {
				best.verdict = Inconclusive // kinks are in what was taken for rounding, too
			}
			return best, nil
		}
		all.extend(nearest, c.on)
	}
	if c.l.end != kinked {
		best.remarks |= nearKinks
	}
	verdict, err := c.judgeSpan(ctx, all)
	if d, ok := c.on.(*direction); ok && err == nil && verdict == Wrong && c.l.end == hidden && len(d.index) > 1 {
		verdict = Inconclusive // many kinks meet in a direction, and noise hides the nearest
	}
	if err != nil || verdict != Wrong {
		best.verdict = verdict
		return best, err
	}
	more, err := c.j.beside.ringAt(ctx, c.e, near.distance, many)
	if err != nil {
		return best, err
	}
	wider := all
	wider.extend(more, c.on)
	if wider.lo < all.lo || wider.hi > all.hi {
		if verdict, err = c.judgeSpan(ctx, wider); verdict != Wrong {
			best.verdict = verdict
		}
	}
	return best, err
}

// judgeSpan returns Kink where the symbolic value lies in a range whose ends
// differences of the loss confirm, Inconclusive where noise hides whether they do,
// and else Wrong.
func (c *climb) judgeSpan(ctx context.Context, s span) (Verdict, error) {
	q := c.l.newest()
	if !s.contains(q.a, &c.l.series) {
		return Wrong, nil
	}
	v, err := c.confirm(ctx, s.ringLo, s.atLo, s.lo, s.width())
	if err == nil && v == Kink {
		v, err = c.confirm(ctx, s.ringHi, s.atHi, s.hi, s.width())
	}
	return v, err
}

// confirmSteps is one over the part of a neighbor's distance down to which
// differences are taken there: kinks lie near it, too.
const confirmSteps = 1 << 12

// confirm compares the slope that the gradient at a neighbor gives with
// differences of the loss there: Kink where one agrees, Wrong where two agree with
// each other and none does, and else Inconclusive.
func (c *climb) confirm(ctx context.Context, r ring, k int, slope, width float64) (Verdict, error) {
	defer c.e.restore(c.j.at.x)
	c.j.beside.goTo(c.e, r, k)
	there := place{x: c.e.elements(), g: r.gradients[k]}
	var err error
	if there.f, err = c.e.loss(ctx); err != nil {
		return Wrong, err
	}
	before, verdict := math.NaN(), Inconclusive
	for h := r.distance / shrink; h >= r.distance/confirmSteps; h /= shrink {
		s, err := c.on.difference(ctx, c.e, &there, h)
		if err != nil {
			return Wrong, err
		}
		noise := c.j.options.C * c.j.at.noise.short / h
		if s.lost || noise > width {
			break
		}
		if math.Abs(s.d-slope) <= width/8+noise {
			return Kink, nil
		}
		if math.Abs(s.d-slope) > 2*width+noise {
			return Wrong, nil // further off than any kink within the step can make it
		}
		if noise <= width/4 && math.Abs(s.d-before) <= width/8+noise {
			verdict = Wrong
		}
		before = s.d
	}
	return verdict, nil
}
