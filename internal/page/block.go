package page

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"html/template"
	"math"
)

// block holds arrays of numbers for the page's script. An array's first bytes stand
// together, then its second ones, and so on; where another array is its base, each
// number's bits differ from that one's as the block says. Both make neighbours alike,
// which compresses: the weights after training to half of their size otherwise.
type block struct {
	bytes bytes.Buffer
	bits  map[int][]uint64 // of the arrays in it, by place
}

// array is a vector in the block: f64, f32, or b16, the upper half of a float32.
type array struct {
	Type string `json:"type"`
	At   int    `json:"at"` // byte
	Len  int    `json:"len"`
	Base *array `json:"base,omitempty"` // of the same type and length, or of f64 for f32
}

// floats64 puts values into the block, as changes of a base of as many float64 where
// that is not nil.
func (b *block) floats64(values []float64, base *array) array {
	bits := make([]uint64, len(values))
	for i, v := range values {
		bits[i] = math.Float64bits(v)
	}
	return b.put("f64", 8, bits, base, func(u uint64) uint64 { return u })
}

// floats32 does the same, rounded; a base may be one of float64, which is rounded too.
func (b *block) floats32(values []float64, base *array) array {
	bits := make([]uint64, len(values))
	for i, v := range values {
		bits[i] = uint64(math.Float32bits(float32(v)))
	}
	return b.put("f32", 4, bits, base, func(u uint64) uint64 {
		if base.Type == "f64" {
			u = uint64(math.Float32bits(float32(math.Float64frombits(u))))
		}
		return u
	})
}

// floats16 keeps two digits.
func (b *block) floats16(values []float64) array {
	bits := make([]uint64, len(values))
	for i, v := range values {
		bits[i] = min(uint64(math.Float32bits(float32(v)))+1<<15, math.MaxUint32) >> 16
	}
	return b.put("b16", 2, bits, nil, nil)
}

// put writes the size lower bytes of each number, or of what it differs by from
// as makes of the base's.
func (b *block) put(kind string, size int, bits []uint64, base *array, as func(uint64) uint64) array {
	if base != nil && base.Len != len(bits) {
		base = nil // a file from elsewhere: networks of two sizes
	}
	a := array{kind, b.bytes.Len(), len(bits), base}
	if b.bits == nil {
		b.bits = map[int][]uint64{}
	}
	b.bits[a.At] = bits
	plane := make([]byte, len(bits))
	for k := range size {
		for i, u := range bits {
			if base != nil {
				u ^= as(b.bits[base.At][i])
			}
			plane[i] = byte(u >> (8 * k))
		}
		b.bytes.Write(plane)
	}
	return a
}

// seal returns the block, compressed and as base64.
func (b *block) seal() template.HTML {
	var buf bytes.Buffer
	// More effort gains nothing: most bytes are those of random numbers.
	w := gzip.NewWriter(&buf)
	_, err := w.Write(b.bytes.Bytes())
	if err := errors.Join(err, w.Close()); err != nil {
		panic("page: " + err.Error()) // a buffer takes everything
	}
	return template.HTML(base64.StdEncoding.EncodeToString(buf.Bytes()))
}
