package gradtwin

import (
	"math"
	"slices"
	"strings"
	"testing"
)

var schemeTexts = []string{Std: "std", He: "he", Xavier: "xavier"}

// The schemes draw what NumPy draws with their spread, to the bit.
func TestInitGolden(t *testing.T) {
	var golden struct {
		Start []struct {
			Scheme string
			Layers []int
			W      [][]float64
		}
	}
	readGolden(t, "rand.json", &golden)
	if len(golden.Start) != len(schemeTexts) {
		t.Fatalf("%d starts in rand.json, want %d", len(golden.Start), len(schemeTexts))
	}
	for _, want := range golden.Start {
		var scheme Scheme
		if err := scheme.UnmarshalText([]byte(want.Scheme)); err != nil {
			t.Fatal(err)
		}
		how := Init{Scheme: scheme}
		if scheme == Std {
			how.Std = 0.05
		}
		p := NewParams(Spec{Layers: want.Layers})
		p.Init(NewRand(8), how)
		for l, w := range want.W {
			if !slices.Equal(p.W(l), w) {
				t.Errorf("%s: W%d is %v, NumPy has %v", want.Scheme, l+1, p.W(l), w)
			}
		}
	}
}

func TestInitText(t *testing.T) {
	for k, name := range schemeTexts {
		text, err := Scheme(k).MarshalText()
		if err != nil || string(text) != name {
			t.Errorf("%q, %v: want %q", text, err, name)
		}
		var s Scheme
		if err := s.UnmarshalText(text); err != nil || s != Scheme(k) {
			t.Errorf("%s was read as %v, %v", name, s, err)
		}
	}
	var s Scheme
	if err := s.UnmarshalText([]byte("zeros")); err == nil || err.Error() != `init "zeros": want one of std, he, xavier` {
		t.Errorf("zeros: %v", err)
	}
}

func TestInitValidate(t *testing.T) {
	for _, tt := range []struct {
		how  Init
		want string
	}{
		{Init{}, ""},
		{Init{Scheme: Xavier}, ""},
		{Init{Std: 0.5}, ""},
		{Init{Scheme: 3}, "init Scheme(3): want one of std, he, xavier"},
		{Init{Std: -1}, "init-std -1: want"},
		{Init{Std: math.NaN()}, "init-std NaN: want"},
		{Init{Std: math.Inf(1)}, "init-std +Inf: want"},
	} {
		err := tt.how.Validate()
		if (err == nil) != (tt.want == "") || err != nil && !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.how, err, tt.want)
		}
	}
}
