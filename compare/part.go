package compare

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"

	"gradtwin"
)

// Part is what one shard of a check has found. As JSON it keeps every bit, so
// that parts can be joined on another machine.
type Part struct {
	shard Shard
	known known
	found *findings
}

// Shard returns which part it is.
func (p *Part) Shard() Shard { return p.shard }

// Report returns what is known from this part alone: what the other shards do
// counts as not checked, and as not judged. It is nil where that is nothing.
func (p *Part) Report() *Report {
	r, err := p.known.report(p.found)
	if err != nil {
		return nil
	}
	return r
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
func (k *known) differs(b *known) string {
	switch {
	case replay(k.Options) != replay(b.Options):
		return fmt.Sprintf("of checks with %s and with %s", replay(k.Options), replay(b.Options))
	case !reflect.DeepEqual(k.Layout, b.Layout):
		return "of functions with other tensors: " + firstDifference(k.Layout, b.Layout)
	case k.Point.Loss != b.Point.Loss:
		return fmt.Sprintf("of the losses %.17g and %.17g: other weights or data, or computed by another program or kind of processor", k.Point.Loss, b.Point.Loss)
	case k.Point.Digest != b.Point.Digest:
		return fmt.Sprintf("of one loss, %.17g, but of other weights or gradients, or computed by another program or kind of processor", k.Point.Loss)
	case !sameJSON(k, b):
		return "of one point, at which they have measured different things: computed by another program or kind of processor"
	}
	return ""
}

// sameJSON compares to the bit.
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

type partJSON struct {
	Shard Shard     `json:"shard"`
	Known known     `json:"known"`
	Found *findings `json:"found"`
}

// MarshalJSON implements json.Marshaler.
func (p *Part) MarshalJSON() ([]byte, error) {
	return json.Marshal(partJSON{p.shard, p.known, p.found})
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
	p.shard, p.known, p.found = j.Shard, j.Known, j.Found
	return nil
}

func (j *partJSON) validate() error {
	if err := j.Shard.Validate(); err != nil {
		return err
	}
	if err := divisible(j.Known.Options); err != nil {
		return err
	}
	layout := j.Known.Layout
	if _, err := j.Known.Options.resolve(layout); err != nil {
		return err
	}
	n := len(layout)
	if j.Found == nil || len(j.Found.Tensors) != n || len(j.Known.Point.Largest) != n || len(j.Known.Point.Rounding) != n {
		return fmt.Errorf("findings that are not of %d tensors", n)
	}
	if size := layout.Len(); j.Known.Judged < 0 || j.Known.Judged > size || j.Found.Judged < 0 || j.Found.Judged > size {
		return fmt.Errorf("%d and %d elements judged: want 0 to %d", j.Known.Judged, j.Found.Judged, size)
	}
	if j.Found.Rings == nil {
		j.Found.Rings = map[int]int{}
	}
	from := 0
	for k, t := range layout {
		if err := j.Found.Tensors[k].Tally.validate(t, from); err != nil {
			return err
		}
		from += t.Len()
	}
	return nil
}

// validate returns an error where a tally cannot be of a tensor whose first
// element is from.
func (t *tally) validate(of gradtwin.Tensor, from int) error {
	size, c := of.Len(), t.counts
	if min(c.OK, c.Kink, c.Wrong, c.Inconclusive, c.Unseen, t.unfollowed) < 0 || c.Sum()+t.unfollowed > size ||
		max(c.OK, c.Kink, c.Wrong, c.Inconclusive, c.Unseen, t.unfollowed) > size {
		return fmt.Errorf("%s: verdicts %+v on %d elements", of.Name, c, size)
	}
	place := func(o outcome, v Verdict) error {
		if o.i < from || o.i >= from+size || o.verdict != v {
			return fmt.Errorf("%s: element %d, %v: want elements from %d to %d, %v", of.Name, o.i, o.verdict, from, from+size-1, v)
		}
		return nil
	}
	for _, o := range t.wrong {
		if err := place(o, Wrong); err != nil {
			return err
		}
	}
	for v, list := range t.worst {
		for _, o := range list {
			if err := place(o, Verdict(v)); err != nil {
				return err
			}
		}
	}
	return nil
}
