package compare

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"

	"gradtwin"
	"gradtwin/internal/stats"
)

// known is what every shard of a check knows.
type known struct {
	Options Options          `json:"options"` // as they were given
	Layout  gradtwin.Layout  `json:"layout"`
	Mode    Mode             `json:"mode"`   // what Auto became
	Judged  int              `json:"judged"` // elements in the blocks of all shards
	Point   facts            `json:"point"`
	Notes   []string         `json:"notes,omitempty"`
	Faults  []gradtwin.Fault `json:"faults,omitempty"`
	Misuses []gradtwin.Fault `json:"misuses,omitempty"`
	Work    work             `json:"work"` // to measure the point
}

// facts is what a report says of the point.
type facts struct {
	Digest    string    `json:"digest"` // SHA-256 of the elements, the loss and the gradient
	Loss      float64   `json:"loss"`
	Noise     float64   `json:"noise"`
	Step      float64   `json:"step"`
	Largest   []float64 `json:"largest"`  // of each tensor: the largest gradient, as the function gives it
	Rounding  []float64 `json:"rounding"` // of each tensor: what a float32 gradient may be off, 0 of a float64 one
	Chaotic   bool      `json:"chaotic,omitempty"`
	Precision Precision `json:"precision"`
	NotWide   string    `json:"not_wide,omitempty"` // why a float32 function was not judged in float64
}

// facts returns what a report says of the point; notWide is why a float32
// function was not judged in float64, nil where it was or is none.
func (p *point) facts(notWide error) facts {
	f := facts{
		Digest: hashOf(math.Float64bits, p.x, []float64{p.f}, p.g), Loss: p.f, Noise: p.noise.long, Step: p.firstStep,
		Largest: p.largest, Rounding: make([]float64, len(p.layout)), Chaotic: p.noise.chaotic, Precision: Double,
	}
	switch {
	case p.narrow != nil:
		f.Precision, f.Largest = Mixed, nil
		for k := range p.layout {
			from, to := p.interval(k)
			f.Largest = append(f.Largest, largestOf(p.narrow.g[from:to]))
			f.Rounding[k] = largestOf(p.narrow.bound[from:to])
		}
	case p.single:
		f.Precision = Single
	}
	if notWide != nil {
		f.NotWide = notWide.Error()
	}
	return f
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

// selected returns the tensors that are checked.
func (k *known) selected() []int { return selectTensors(k.Layout, k.Options.Tensors) }

func (k *known) element(o outcome) Element {
	n, offset := k.Layout.Locate(o.i)
	t := k.Layout[n]
	return Element{
		Tensor: t.Name, Index: t.Index(offset), Flat: o.i,
		Symbolic: o.symbolic, Numeric: stats.Finite(o.numeric), Error: stats.Finite(o.gap()),
		Bound: stats.Finite(o.bound), Noise: stats.Finite(o.noise), Step: o.step, Steps: o.taken, Verdict: o.verdict,
		Forward: o.forward, Backward: o.backward, Undefined: o.undefined.String(), Rough: o.has(rough),
		How: o.how(),
	}
}
