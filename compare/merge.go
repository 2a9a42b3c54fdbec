package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"gradtwin"
)

// MergeError says why parts of a check cannot be joined.
type MergeError struct {
	// Parts holds the places, among the parts given, of those that do not go
	// together; none when parts are missing.
	Parts   []int
	Problem string
}

func (e *MergeError) Error() string { return e.Problem }

// Merge joins the parts of all shards of a check, in any order, to the report
// that Check gives with the same function and options, but for Seconds, which
// is 0, and for the Culprit, which is not looked for. A part that is missing, that
// is there twice, or that is of another check is a *MergeError. A check that would
// be empty is an *EmptyError.
func Merge(parts []*Part) (*Report, error) {
	if len(parts) == 0 {
		return nil, &MergeError{Problem: "no parts of a check"}
	}
	place := map[int]int{}
	for i, p := range parts {
		if p == nil || p.shard.Validate() != nil {
			return nil, &MergeError{[]int{i}, "no part of a check"}
		}
		if p.shard.Count != parts[0].shard.Count {
			return nil, &MergeError{[]int{0, i}, fmt.Sprintf("of checks in %d and in %d shards", parts[0].shard.Count,
				p.shard.Count)}
		}
		if text := parts[0].known.differs(&p.known); text != "" {
			return nil, &MergeError{[]int{0, i}, text}
		}
		if j, twice := place[p.shard.Index]; twice {
			return nil, &MergeError{[]int{j, i}, fmt.Sprintf("both are shard %v", p.shard)}
		}
		place[p.shard.Index] = i
	}
	if count := parts[0].shard.Count; len(parts) < count {
		return nil, &MergeError{Problem: missing(place, count)}
	}
	first := parts[0]
	found := newFindings(len(first.known.Layout))
	for _, p := range parts {
		found.join(p.found)
	}
	if want := first.known.Judged; found.Judged != want {
		return nil, &MergeError{Problem: fmt.Sprintf("the parts have judged %d of %d elements", found.Judged, want)}
	}
	return first.known.report(found)
}

// maxMissing is how many missing shards an error names.
const maxMissing = 10

// missing says which shards are not in place.
func missing(place map[int]int, count int) string {
	var names []string
	for i := 1; i <= count && len(names) < maxMissing; i++ {
		if _, ok := place[i]; !ok {
			names = append(names, fmt.Sprintf("%d/%d", i, count))
		}
	}
	if n := count - len(place); n > len(names) {
		return fmt.Sprintf("%d of %d shards are missing, the first of them %s", n, count, strings.Join(names, ", "))
	}
	return "missing: shard " + strings.Join(names, ", ")
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
