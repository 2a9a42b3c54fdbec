package gradtwin_test

import (
	"encoding"
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
)

// maxProperty bounds the networks that the properties build: 8 MB.
const maxProperty = 1 << 20

// anySpec draws specs on both sides of every bound. 2³²−1 inputs and 2³²
// outputs make 2⁶⁴ parameters, which is 0 in 64 bits; otherwise the last size
// often makes 2³¹ parameters or just more.
func anySpec(t *rapid.T) gradtwin.Spec {
	small := rapid.IntRange(1, 40)
	size := rapid.OneOf(small, small, small, small, small, small, rapid.IntRange(-1, 1),
		rapid.SampledFrom([]int{1 << 16, 1<<31 - 1, math.MaxInt}))
	s := gradtwin.Spec{
		Layers: rapid.OneOf(rapid.SliceOfN(size, 0, 4), rapid.SliceOfN(size, 0, 4),
			rapid.Just([]int{1<<32 - 1, 1 << 32})).Draw(t, "layers"),
		Activation: rapid.SampledFrom([]gradtwin.Activation{gradtwin.ReLU, gradtwin.Sigmoid, gradtwin.Tanh, gradtwin.Tanh,
			gradtwin.Tanh + 1}).Draw(t, "activation"),
		Delta: rapid.SampledFrom([]float64{0, 1, 1e-7, math.Nextafter(1, 0), -5e-324, 5e-324, math.NaN()}).Draw(t,
			"delta"),
	}
	if n := len(s.Layers); n > 0 && s.Layers[n-1] > 0 && s.Layers[n-1] < 1<<31 && rapid.Bool().Draw(t, "full") {
		left := 1 << 31
		for i := 1; i < n; i++ {
			left -= (s.Layers[i-1] + 1) * s.Layers[i]
		}
		s.Layers = append(s.Layers, left/(s.Layers[n-1]+1)+rapid.IntRange(0, 1).Draw(t, "over"))
	}
	return s
}

// anyParams draws the parameters of a valid network, each element its own place
// in Flat.
func anyParams(t *rapid.T) (gradtwin.Spec, *gradtwin.Params) {
	s := gradtwin.Spec{
		Layers: rapid.SliceOfN(rapid.IntRange(1, 12), 2, 6).Draw(t, "layers"),
		Activation: rapid.SampledFrom([]gradtwin.Activation{gradtwin.ReLU, gradtwin.Sigmoid, gradtwin.Tanh}).Draw(t,
			"activation"),
	}
	p := gradtwin.NewParams(s)
	for i := range p.Flat {
		p.Flat[i] = float64(i)
	}
	return s, p
}

// Validate accepts a spec where the numbers of the definition are in range, in
// arithmetic that cannot overflow.
func TestSpecIsValidWhereItCanBeBuilt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySpec(t)
		want := len(s.Layers) >= 2 && s.Activation <= gradtwin.Tanh && s.Delta >= 0 && s.Delta < 1
		total := new(big.Int)
		for i, n := range s.Layers {
			want = want && n >= 1
			if i > 0 {
				rows := new(big.Int).Add(big.NewInt(int64(s.Layers[i-1])), big.NewInt(1))
				total.Add(total, rows.Mul(rows, big.NewInt(int64(n))))
			}
		}
		want = want && total.Cmp(big.NewInt(1<<31)) <= 0
		err := s.Validate()
		if (err == nil) != want {
			t.Fatalf("%+v with %v parameters: error %v, want one: %v", s, total, err, !want)
		}
		if err == nil && (int64(s.NumParams()) != total.Int64() || s.Layout().Len() != s.NumParams()) {
			t.Fatalf("%+v: %d parameters and a layout of %d, want %v", s, s.NumParams(), s.Layout().Len(), total)
		}
		if err == nil && total.Int64() > maxProperty {
			return
		}
		defer func() {
			if r := recover(); (r != nil) == (err == nil) {
				t.Fatalf("%+v: error %v, and NewParams panicked with %v", s, err, r)
			}
		}()
		if n := len(gradtwin.NewParams(s).Flat); int64(n) != total.Int64() {
			t.Fatalf("%+v: %d parameters were built, want %v", s, n, total)
		}
	})
}

// A position, the element's tensor and offset, its indices and its name say the
// same.
func TestPositionsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, p := anyParams(t)
		layout := p.Layout()
		names := map[string]bool{}
		from, tensor := 0, 0
		for i := range p.Flat {
			for i >= from+layout[tensor].Len() {
				from += layout[tensor].Len()
				tensor++
			}
			k, offset := layout.Locate(i)
			if k2, offset2 := p.Locate(i); k != tensor || offset != i-from || k2 != k || offset2 != offset {
				t.Fatalf("element %d is at %d of tensor %d, for Params at %d of %d; want %d of %d", i, offset, k, offset2, k2,
					i-from, tensor)
			}
			back, text := 0, ""
			for d, n := range layout[k].Index(offset) {
				if n < 0 || n >= layout[k].Shape[d] {
					t.Fatalf("index %v of shape %v", layout[k].Index(offset), layout[k].Shape)
				}
				back = back*layout[k].Shape[d] + n
				text += fmt.Sprintf(",%d", n)
			}
			if back != offset {
				t.Fatalf("offset %d of shape %v has the indices %v, which are at %d", offset, layout[k].Shape,
					layout[k].Index(offset), back)
			}
			name := layout.Element(i)
			if want := layout[k].Name + "[" + text[1:] + "]"; name != want || names[name] {
				t.Fatalf("element %d is called %s, want %s and no other of that name", i, name, want)
			}
			names[name] = true
		}
	})
}

// The views cover Flat in order, each element once, and end where they end.
func TestViewsPartitionFlat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, p := anyParams(t)
		next := 0.0
		for k, tensor := range p.Layout() {
			view := p.At(k)
			if len(view) != tensor.Len() || cap(view) != len(view) {
				t.Fatalf("%s: a view of %d elements (capacity %d); want %d", tensor.Name, len(view), cap(view), tensor.Len())
			}
			layer := [][]float64{p.W(k / 2), p.B(k / 2)}[k%2]
			if &layer[0] != &view[0] || len(layer) != len(view) {
				t.Fatalf("%s is not the view of its layer", tensor.Name)
			}
			for i, x := range view {
				if x != next {
					t.Fatalf("%s[%d] is element %v of Flat, want %v", tensor.Name, i, x, next)
				}
				view[i] = -1
				next++
			}
		}
		if int(next) != len(p.Flat) || slices.ContainsFunc(p.Flat, func(x float64) bool { return x != -1 }) {
			t.Fatalf("%+v: the views have %v elements, Flat %d", s, next, len(p.Flat))
		}
	})
}

func TestCloneSharesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, p := anyParams(t)
		before := slices.Clone(p.Flat)
		c := p.Clone()
		if !slices.Equal(c.Flat, before) {
			t.Fatalf("the clone has %v, want %v", c.Flat, before)
		}
		for k := range c.Layout() {
			for i := range c.At(k) {
				c.At(k)[i] = -1
			}
		}
		if !slices.Equal(p.Flat, before) {
			t.Fatal("a change of the clone is one of the original")
		}
		if slices.ContainsFunc(c.Flat, func(x float64) bool { return x != -1 }) {
			t.Fatal("the clone's views are not of the clone")
		}
	})
}

// The same seed gives the same weights, another one others, and biases of zero
// whatever was there.
func TestInitIsDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, p := anyParams(t)
		seed := rapid.Uint32().Draw(t, "seed")
		p.Init(gradtwin.NewRand(seed), gradtwin.Init{})
		q, other := gradtwin.NewParams(s), gradtwin.NewParams(s)
		q.Init(gradtwin.NewRand(seed), gradtwin.Init{})
		other.Init(gradtwin.NewRand(seed+1), gradtwin.Init{})
		if !slices.Equal(p.Flat, q.Flat) {
			t.Fatalf("seed %d gives %v and %v", seed, p.Flat, q.Flat)
		}
		for l := range s.Affine() {
			if slices.ContainsFunc(p.B(l), func(b float64) bool { return b != 0 }) {
				t.Fatalf("b%d is %v", l+1, p.B(l))
			}
			if slices.Equal(p.W(l), other.W(l)) || slices.ContainsFunc(p.W(l),
				func(w float64) bool { return w == 0 || w-w != 0 }) {
				t.Fatalf("W%d of seed %d is %v, of the next one %v", l+1, seed, p.W(l), other.W(l))
			}
		}
	})
}

type text interface {
	encoding.TextMarshaler
	fmt.Stringer
}

// names returns the property of a type whose values up to last are written as
// names: a value is its name, and every other text is refused and changes
// nothing.
func names[T interface {
	comparable
	text
}, P interface {
	*T
	encoding.TextUnmarshaler
}](last T, value func(byte) T) func(*rapid.T) {
	valid := map[string]T{}
	for i := byte(0); ; i++ {
		valid[value(i).String()] = value(i)
		if value(i) == last {
			break
		}
	}
	spelled := slices.Sorted(func(yield func(string) bool) {
		for name := range valid {
			if !yield(name) {
				return
			}
		}
	})
	return func(t *rapid.T) {
		name := rapid.OneOf(rapid.SampledFrom(spelled), rapid.String()).Draw(t, "text")
		before := value(rapid.Byte().Draw(t, "before"))
		got := before
		err := P(&got).UnmarshalText([]byte(name))
		want, ok := valid[name]
		if !ok {
			want = before
		}
		if (err == nil) != ok || got != want {
			t.Fatalf("%q over %v is read as %v, error %v; want %v", name, before, got, err, want)
		}
		if ok {
			if written, err := got.MarshalText(); err != nil || string(written) != name {
				t.Fatalf("%v is written as %q, error %v; want %q", got, written, err, name)
			}
		}
	}
}

func TestTextRoundTrips(t *testing.T) {
	t.Run("Activation", rapid.MakeCheck(names(gradtwin.Tanh,
		func(b byte) gradtwin.Activation { return gradtwin.Activation(b) })))
	t.Run("Policy", rapid.MakeCheck(names(twin.Fixed, func(b byte) twin.Policy { return twin.Policy(b) })))
	t.Run("Mode", rapid.MakeCheck(names(compare.Probe, func(b byte) compare.Mode { return compare.Mode(b) })))
	t.Run("Verdict", rapid.MakeCheck(names(compare.Inconclusive,
		func(b byte) compare.Verdict { return compare.Verdict(b) })))
}

// draw takes one number from a generator.
func draw(r *gradtwin.Rand, normal bool) float64 {
	if normal {
		return r.Normal()
	}
	return r.Float64()
}

// A generator that was kept anywhere in its stream goes on with it, and is left
// as it is by bytes that are no state.
func TestRandResumes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draws := rapid.SliceOfN(rapid.Bool(), 0, 60).Draw(t, "draws")
		skip := rapid.IntRange(0, 700).Draw(t, "skip") // past the end of a block of 624 words
		r := gradtwin.NewRand(rapid.Uint32().Draw(t, "seed"))
		for range skip {
			r.Float64()
		}
		kept := rapid.IntRange(0, len(draws)).Draw(t, "kept")
		for _, normal := range draws[:kept] {
			draw(r, normal)
		}
		state, err := r.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var s gradtwin.Rand
		if err := s.UnmarshalBinary(state); err != nil {
			t.Fatal(err)
		}
		short := state[:rapid.IntRange(0, len(state)-1).Draw(t, "short")]
		if err := s.UnmarshalBinary(short); err == nil {
			t.Fatalf("a state of %d bytes was accepted", len(short))
		}
		broken := slices.Clone(state)
		broken[len(broken)-1] |= byte(rapid.IntRange(1, 127).Draw(t, "flag") << 1)
		if err := s.UnmarshalBinary(broken); err == nil {
			t.Fatalf("a last byte of %d was accepted", broken[len(broken)-1])
		}
		for i, normal := range draws[kept:] {
			if want, got := draw(r, normal), draw(&s, normal); want != got {
				t.Fatalf("draw %d after restoring: %v, want %v", i, got, want)
			}
		}
		choices, again := make([]int, 5), make([]int, 5)
		r.Choice(choices, 60000)
		s.Choice(again, 60000)
		if !slices.Equal(choices, again) {
			t.Fatalf("choice after restoring: %v, want %v", again, choices)
		}
	})
}
