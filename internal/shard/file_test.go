package shard

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gradtwin"
	"gradtwin/compare"
)

// check returns the file of one shard of a small check, whose gradient is wrong
// in some elements, and whose loss is not a number beside one of them.
func check(t testing.TB, s compare.Shard) File {
	t.Helper()
	f := func(x []float64) float64 {
		return math.Sqrt(x[0]) + x[1]*x[1] + math.Abs(x[2]) + math.Sin(x[3]) + x[4]*x[5]
	}
	grad := func(g, x []float64) {
		copy(g, []float64{0.5/math.Sqrt(x[0]) + 1, 2 * x[1], 1, -math.Cos(x[3]), x[5], 2 * x[4]})
	}
	v := compare.Of(f, grad, []float64{4e-6, 2, 0, 1, 0.5, 0.25},
		gradtwin.Tensor{Name: "W1", Shape: []int{2, 2}}, gradtwin.Tensor{Name: "b1", Shape: []int{2}})
	p, err := compare.CheckShard(t.Context(), v, compare.Options{Mode: compare.Full, Taylor: true}, s)
	if err != nil {
		t.Fatal(err)
	}
	return File{Config: json.RawMessage(`{"type":"config"}`), Part: p}
}

func TestEncode(t *testing.T) {
	f := check(t, compare.Shard{Index: 2, Count: 3})
	text, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	g, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := g.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(text), string(again)); d != "" {
		t.Errorf("read and written again (-before +after):\n%s", d)
	}
	for i := range text {
		damaged := []byte(string(text))
		damaged[i] ^= 1
		if g, err := decode(damaged); err == nil {
			if again, _ := g.Encode(); string(again) != string(text) {
				t.Fatalf("byte %d, %q for %q, was not noticed", i, damaged[i], text[i])
			}
		}
		if _, err := decode(text[:i]); err == nil && i < len(text)-1 { // the last byte ends the line
			t.Fatalf("the first %d bytes of %d are taken for a whole file", i, len(text))
		}
	}
}

// sealed is a file of any content with the right checksum, as somebody would
// write it who means harm.
func sealed(t testing.TB, content []byte) []byte {
	t.Helper()
	text, err := json.Marshal(envelope{format, version, checksum(content), content})
	if err != nil {
		return content // not JSON
	}
	return text
}

func TestDecodeRefuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{``, "not a whole one"},
		{`{"format":`, "not a whole one"},
		{`{"format":"gradtwin checkpoint"}`, "a file of something else"},
		{`{"format":"gradtwin check part","version":1}`, "version 1: this gradtwin reads version 2"},
		{`{"format":"gradtwin check part","version":2,"content":{}}`, "damaged"},
		{string(sealed(t, []byte(`{}`))), "no part of a check in it"},
		{string(sealed(t, []byte(`{"config":{},"part":{}}`))), "shard 0 of 0"},
		{string(sealed(t, []byte(`{"config":{},"part":{"shard":{"index":1,"count":1},"known":{"layout":[{"name":"W1","shape":[4294967296,4294967296]}]}}}`))), "more than 2^48 elements"},
		{string(sealed(t, []byte(strings.Repeat("[", 1e5)))), "not a whole one"},
	} {
		if f, err := decode([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.80s: %v, error %v, want one with %q", tt.text, f, err, tt.want)
		}
	}
}

// spoiled changes some values of a JSON text, which stays JSON: changes of its
// bytes seldom get past the parser. Seed 0 changes nothing.
func spoiled(text []byte, seed uint64) []byte {
	var v any
	if seed == 0 || json.Unmarshal(text, &v) != nil {
		return text
	}
	r := rand.New(rand.NewPCG(seed, 1))
	values := []any{
		nil, -1.0, 0.0, 1.0, 2.0, 7.0, 1e9, -1e308, 1 << 53, 1e300, "NaN", "+Inf", "-Inf", "", "wrong", "full", true,
		[]any{}, map[string]any{}, []any{1e9, 1e9}, []any{nil}, strings.Repeat("é", 100),
	}
	var spoil func(v any) any
	spoil = func(v any) any {
		switch v := v.(type) {
		case []any:
			if len(v) > 0 && r.IntN(8) > 0 {
				i := r.IntN(len(v))
				v[i] = spoil(v[i])
				return v
			}
			if r.IntN(2) == 0 {
				return append(v, v...)
			}
		case map[string]any:
			if keys := slices.Sorted(maps.Keys(v)); len(keys) > 0 && r.IntN(20) > 0 {
				key := keys[r.IntN(len(keys))]
				v[key] = spoil(v[key])
				return v
			}
		}
		return values[r.IntN(len(values))]
	}
	for range 1 + r.IntN(3) {
		v = spoil(v)
	}
	out, err := json.Marshal(v)
	if err != nil {
		return text
	}
	return out
}

// FuzzDecode holds the reader to its promises on any content, also where the
// checksum is right: no panic in reading it or in what is made of it, and no
// more memory than a multiple of its size.
func FuzzDecode(f *testing.F) {
	for i := range 2 {
		text, err := check(f, compare.Shard{Index: i + 1, Count: 2}).Encode()
		if err != nil {
			f.Fatal(err)
		}
		var e envelope
		if err := json.Unmarshal(text, &e); err != nil {
			f.Fatal(err)
		}
		// One shard is the whole.
		whole := strings.Replace(string(e.Content), fmt.Sprintf(`"shard":{"index":%d,"count":2}`, i+1),
			`"shard":{"index":1,"count":1}`, 1)
		for seed := range uint64(20) {
			f.Add([]byte(e.Content), seed)
			f.Add([]byte(whole), seed)
		}
	}
	f.Fuzz(func(t *testing.T, content []byte, seed uint64) {
		text := sealed(t, spoiled(content, seed))
		// encoding/json needs some 100 bytes for what is two in the text; the
		// report's text and its JSON are made from it once more.
		const once, each = 1 << 20, 2000
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if g, err := decode(text); err == nil {
			r := g.Part.Report()
			if r != nil && r.String() == "" {
				t.Error("an empty report")
			}
			merged, err := compare.Merge([]*compare.Part{g.Part})
			if err == nil && (r == nil || merged.Total != r.Total) {
				t.Errorf("merged to %d elements, reported alone: %v", merged.Total, r)
			}
		}
		runtime.ReadMemStats(&after)
		if got, allowed := after.TotalAlloc-before.TotalAlloc, uint64(once+each*len(text)); got > allowed {
			t.Errorf("%d bytes allocated for %d of text, want %d at most", got, len(text), allowed)
		}
	})
}
