package weights

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gradtwin"
	"gradtwin/internal/golden"
	"gradtwin/internal/npz"
)

func TestReadNumPy(t *testing.T) {
	want := golden.Networks(t, "../../testdata/network.json")[0]
	for _, tt := range []struct {
		file  string
		round func(float64) float64
	}{
		{"weights.npz", func(x float64) float64 { return x }},
		{"weights32.npz", func(x float64) float64 { return float64(float32(x)) }},
	} {
		w, err := Read(filepath.Join("../../testdata", tt.file))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(w.Layers, want.Layers) || w.Known {
			t.Errorf("%s: layers %v, activation known: %v", tt.file, w.Layers, w.Known)
		}
		for i, x := range want.Params {
			if w.Params.Flat[i] != tt.round(x) {
				t.Fatalf("%s: %s is %v, want %v", tt.file, w.Params.Layout().Element(i), w.Params.Flat[i], tt.round(x))
			}
		}
	}
}

func TestRoundTrip(t *testing.T) {
	p := gradtwin.NewParams(gradtwin.Spec{Layers: []int{4, 3, 2}})
	p.Init(gradtwin.NewRand(1), gradtwin.Init{})
	path := filepath.Join(t.TempDir(), "w.npz")
	if err := Write(path, gradtwin.Tanh, p); err != nil {
		t.Fatal(err)
	}
	w, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(w.Params.Flat, p.Flat) || w.Activation != gradtwin.Tanh || !w.Known {
		t.Errorf("read %+v, want %+v with tanh", w, p)
	}
	if err := Write(filepath.Join(path, "below"), gradtwin.Tanh, p); err == nil ||
		!strings.Contains(err.Error(), "write weights "+path) {
		t.Errorf("write below a file: %v", err)
	}
}

// part is an array of a file that a test makes.
type part struct {
	name  string
	shape []int
}

func archive(t testing.TB, value float64, parts ...part) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := npz.NewWriter(&buf)
	for _, p := range parts {
		file, err := npz.Encode(p.shape, slices.Repeat([]float64{value}, gradtwin.Tensor{Shape: p.shape}.Len()))
		if err == nil {
			err = w.Add(p.name, file)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct {
		value float64
		parts []part
		want  string
	}{
		{1, nil, "it has no arrays: want W1, b1, W2, b2, … and nothing else"},
		{1, []part{{"w1", []int{2, 3}}, {"bias", []int{3}}}, "it has bias 3, w1 2×3: want W1"},
		{1, []part{{"W1", []int{2, 3}}, {"b1", []int{3}}, {"W3", []int{3, 2}}}, "it has W1 2×3, W3 3×2, b1 3: want W1"},
		{1, []part{{"W1", []int{2, 3}}}, "no b1 for W1 of shape 2×3: want one of shape 3"},
		{1, []part{{"W1", []int{6}}}, "array W1 of shape 6: want inputs×outputs"},
		{1, []part{{"W1", []int{2, 3}}, {"b1", []int{2}}}, "array b1 of shape 2 for W1 of shape 2×3: want 3"},
		{1, []part{{"W1", []int{2, 3}}, {"b1", []int{1, 3}}}, "array b1 of shape 1×3 for W1 of shape 2×3: want 3"},
		{1, []part{{"W1", []int{2, 3}}, {"b1", []int{3}}, {"W2", []int{4, 2}}, {"b2", []int{2}}},
			"array W2 of shape 4×2 after W1 of shape 2×3: want 3×outputs"},
		{1, []part{{"W1", []int{2, 3}}, {"W1", []int{2, 3}}}, "a second array W1"},
		{math.NaN(), []part{{"W1", []int{2, 3}}, {"b1", []int{3}}}, "W1[0,0] is NaN: want a finite number"},
		{1, []part{{"activation", []int{3}}}, "array activation: elements of type '<f8': want '|u1'"},
	} {
		path := filepath.Join(t.TempDir(), "w.npz")
		if err := os.WriteFile(path, archive(t, tt.value, tt.parts...), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "weights "+path+": "+tt.want) {
			t.Errorf("%v: error %v, want one with %q", tt.parts, err, tt.want)
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "weights: ") {
		t.Errorf("no file: error %v", err)
	}
}

func TestMatches(t *testing.T) {
	w := &Weights{Layers: []int{4, 3, 2}, Activation: gradtwin.Tanh, Known: true}
	for _, tt := range []struct {
		spec gradtwin.Spec
		want string
	}{
		{gradtwin.Spec{Layers: []int{4, 3, 2}, Activation: gradtwin.Tanh}, ""},
		{gradtwin.Spec{Layers: []int{4, 5, 2}, Activation: gradtwin.Tanh},
			"array W1 of shape 4×3: want 4×5, for layers [4 5 2]"},
		{gradtwin.Spec{Layers: []int{4, 3}, Activation: gradtwin.Tanh}, "layers [4 3 2]: want [4 3]"},
		{gradtwin.Spec{Layers: []int{4, 3, 2}}, "they were trained with tanh: want relu"},
	} {
		if err := w.Matches(tt.spec); (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
			t.Errorf("%v: %v, want %q", tt.spec, err, tt.want)
		}
	}
}

// FuzzDecode: whatever the bytes, the reader does not panic, and what it accepts
// is a network.
func FuzzDecode(f *testing.F) {
	f.Add(archive(f, 1, part{"W1", []int{2, 3}}, part{"b1", []int{3}}))
	for _, name := range []string{"weights.npz", "weights32.npz"} {
		content, err := os.ReadFile(filepath.Join("../../testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		w, err := decode(content)
		if err == nil && len(w.Params.Flat) != (gradtwin.Spec{Layers: w.Layers}).NumParams() {
			t.Errorf("%d parameters for layers %v", len(w.Params.Flat), w.Layers)
		}
	})
}
