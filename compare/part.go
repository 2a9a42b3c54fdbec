package compare

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"

	"gradtwin"
)

// Part is what one shard of a check has found. As JSON it keeps every bit, so
// that parts can be joined on another machine.
type Part struct {
	shard  Shard
	common common
	own    findings
}

// Shard returns which part it is.
func (p *Part) Shard() Shard { return p.shard }

// Report returns what is known from this part alone: the elements of the other
// shards count as not checked.
func (p *Part) Report() *Report { return join([]*Part{p}).report }

// common is what every shard of a check finds.
type common struct {
	Options   Options         `json:"options"`
	Layout    gradtwin.Layout `json:"layout"`
	Point     string          `json:"point"`             // SHA-256 of the elements, the loss and the gradient
	Mode      Mode            `json:"mode"`              // what Auto became
	Elements  int             `json:"elements"`          // to judge, in all shards together
	Drawing   string          `json:"drawing,omitempty"` // which they are, where they were drawn
	Loss      float64         `json:"loss"`
	Noise     float64         `json:"noise"`
	Step      float64         `json:"step"`
	Precision Precision       `json:"precision"`
	NotWide   string          `json:"not_wide,omitempty"`
	Probes    []*Probed       `json:"probes"` // of each tensor
	Tally     *tally          `json:"tally"`  // of the directions
	Control   Control         `json:"control"`
	Taylor    *Taylor         `json:"taylor,omitempty"`
	Work      work            `json:"work"`
}

// findings is what one shard has found.
type findings struct {
	First   *tally           `json:"first"` // of the elements that passed without being followed
	Work    work             `json:"work"`  // on those and on the first step of the others
	Whole   int              `json:"whole"` // gradients by the engine: as far as some element needed
	Tensors []tensorFindings `json:"tensors"`
}

// tensorFindings is what was found of one tensor where the first step disagreed.
type tensorFindings struct {
	Failed    int         `json:"failed"`   // elements
	Followed  []followed  `json:"followed"` // the worst of them, in the order of their ratio
	Explained explanation `json:"explained"`
}

// part returns what a shard's check has found.
func (c *checker) part() *Part {
	r, n := c.record, len(c.layout)
	p := &Part{
		shard: c.shard,
		common: common{
			Options: c.report.Options, Layout: c.layout, Point: c.workers[0].at.fingerprint(), Mode: c.o.Mode,
			Elements: c.ordered, Drawing: c.drawing,
			Loss: c.report.Loss, Noise: c.noise, Step: c.step, Precision: c.precision, NotWide: c.notWide,
			Probes: make([]*Probed, n), Tally: r.common, Control: c.report.Control, Taylor: c.report.Taylor,
			Work: c.work().minus(r.after.minus(r.before)),
		},
		own: findings{First: r.first, Work: r.after.minus(r.before), Whole: c.whole, Tensors: make([]tensorFindings, n)},
	}
	for k := range c.layout {
		p.own.Tensors[k] = tensorFindings{r.failed[k], r.followed[k], r.explained[k]}
		p.common.Work = p.common.Work.minus(r.explained[k].Work)
		for _, f := range r.followed[k] {
			p.own.Work = p.own.Work.minus(f.work)
		}
		if probe := c.probes[k]; probe != nil {
			p.common.Probes[k] = &probe.probe
		}
	}
	return p
}

// fingerprint tells two points apart.
func (p *point) fingerprint() string {
	return hashOf(math.Float64bits, p.x, []float64{p.f}, p.g)
}

// hashOf returns the SHA-256 of some lists one after the other, in hexadecimal,
// each of their values as 64 bits.
func hashOf[T any](bits func(T) uint64, lists ...[]T) string {
	h := sha256.New()
	var b [8]byte
	for _, list := range lists {
		for _, v := range list {
			binary.LittleEndian.PutUint64(b[:], bits(v))
			h.Write(b[:])
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// differs says what of a and b, which shards of one check have in common, is
// not the same, "" when all is.
func (a *common) differs(b *common) string {
	replayOf := func(c *common) string { return replay(&Report{Options: c.Options}) }
	switch {
	case replayOf(a) != replayOf(b):
		return fmt.Sprintf("of checks with %s and with %s", replayOf(a), replayOf(b))
	case !reflect.DeepEqual(a.Layout, b.Layout):
		return "of functions with other tensors: " + firstDifference(a.Layout, b.Layout)
	case a.Loss != b.Loss:
		return fmt.Sprintf("of the losses %.17g and %.17g: other weights or data, or computed by another program or kind of processor", a.Loss, b.Loss)
	case a.Point != b.Point:
		return fmt.Sprintf("of one loss, %.17g, but of other weights or gradients, or computed by another program or kind of processor", a.Loss)
	case !sameJSON(a, b):
		return "of one point, at which they have measured different things: computed by another program or kind of processor"
	}
	return ""
}

// sameJSON compares to the bit: a NaN is equal to itself.
func sameJSON(a, b any) bool {
	x, err := json.Marshal(a)
	y, also := json.Marshal(b)
	return err == nil && also == nil && bytes.Equal(x, y)
}

// firstDifference names the first tensors in which two layouts are not the same.
func firstDifference(a, b gradtwin.Layout) string {
	for k := range min(len(a), len(b)) {
		if !reflect.DeepEqual(a[k], b[k]) {
			return fmt.Sprintf("%s %v and %s %v", a[k].Name, a[k].Shape, b[k].Name, b[k].Shape)
		}
	}
	return fmt.Sprintf("%d and %d of them", len(a), len(b))
}

// MarshalJSON implements json.Marshaler.
func (p *Part) MarshalJSON() ([]byte, error) {
	return json.Marshal(partJSON{p.shard, p.common, p.own})
}

type partJSON struct {
	Shard  Shard    `json:"shard"`
	Common common   `json:"common"`
	Own    findings `json:"own"`
}

// UnmarshalJSON implements json.Unmarshaler. It refuses what no shard can have
// found.
func (p *Part) UnmarshalJSON(text []byte) error {
	var j partJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	if err := j.validate(); err != nil {
		return fmt.Errorf("part of a check: %w", err)
	}
	p.shard, p.common, p.own = j.Shard, j.Common, j.Own
	return nil
}

func (j *partJSON) validate() error {
	if err := j.Shard.Validate(); err != nil {
		return err
	}
	if err := divisible(j.Common.Options); err != nil {
		return err
	}
	c, err := newChecker(j.Common.Layout, j.Common.Options)
	if err != nil {
		return err
	}
	n := len(c.layout)
	if j.Common.Mode == Probe || len(j.Common.Probes) != n || len(j.Own.Tensors) != n {
		return fmt.Errorf("mode %v, %d probes, %d tensors: want another mode, and %d of each", j.Common.Mode, len(j.Common.Probes), len(j.Own.Tensors), n)
	}
	for _, t := range []*tally{j.Common.Tally, j.Own.First} {
		if err := c.validateTally(t); err != nil {
			return err
		}
	}
	for k, t := range j.Own.Tensors {
		if t.Failed < len(t.Followed) || t.Failed > c.layout[k].Len() {
			return fmt.Errorf("%s: %d of %d failed elements were followed", c.layout[k].Name, len(t.Followed), t.Failed)
		}
		for _, f := range t.Followed {
			if err := c.validateOutcome(k, f.outcome); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *checker) validateTally(t *tally) error {
	n := len(c.layout)
	if t == nil || len(t.counts) != n || len(t.wrong) != n || len(t.errors) != n || len(t.little) != n {
		return fmt.Errorf("a count that is not of %d tensors", n)
	}
	for k, counts := range t.counts {
		if size := c.layout[k].Len(); min(counts.OK, counts.Kink, counts.Wrong, counts.Inconclusive) < 0 ||
			max(counts.OK, counts.Kink, counts.Wrong, counts.Inconclusive) > size {
			return fmt.Errorf("%s: verdicts %+v on %d elements", c.layout[k].Name, counts, size)
		}
		for _, o := range t.wrong[k] {
			if err := c.validateOutcome(k, o); err != nil {
				return err
			}
		}
	}
	for v, list := range t.worst {
		for _, o := range list {
			if o.verdict != Verdict(v) {
				return fmt.Errorf("a verdict %v among those that are %v", o.verdict, Verdict(v))
			}
			if err := c.validateOutcome(-1, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// validateOutcome tells whether the outcome can be of tensor k, or of any where
// k is −1.
func (c *checker) validateOutcome(k int, o outcome) error {
	from, to := 0, c.offsets[len(c.layout)]
	if k >= 0 {
		from, to = c.offsets[k], c.offsets[k+1]
	}
	if o.i < from || o.i >= to {
		return fmt.Errorf("a verdict on element %d: want one from %d to %d", o.i, from, to-1)
	}
	return nil
}
