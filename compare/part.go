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
		return fmt.Sprintf("of the losses %.17g and %.17g: other weights or data, or computed by another program or kind "+
			"of processor", k.Point.Loss, b.Point.Loss)
	case k.Point.Digest != b.Point.Digest:
		return fmt.Sprintf("of one loss, %.17g, but of other weights or gradients, or computed by another program or kind "+
			"of processor", k.Point.Loss)
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
