package gradtwin

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSpecValidate(t *testing.T) {
	good := []Spec{
		Experiment(),
		{Layers: []int{1, 1}},
		{Layers: []int{1, 1 << 30}}, // 2³¹ parameters
		{Layers: []int{3, 4, 2}, Activation: Tanh, Delta: 0.5},
	}
	for _, s := range good {
		if err := s.Validate(); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
	for want, s := range map[string]Spec{
		"layers []: want at least":                  {},
		"layers [3]: want at least":                 {Layers: []int{3}},
		"size 0 at position 1":                      {Layers: []int{3, 0, 2}},
		"size -1 at position 0":                     {Layers: []int{-1, 2}},
		"more than 2147483648 parameters":           {Layers: []int{1 << 16, 1 << 16}},
		"size 9223372036854775807 at position 1":    {Layers: []int{2, math.MaxInt, 2}},
		"layers [1 1073741825]: more than":          {Layers: []int{1, 1<<30 + 1}},
		"size 4294967295 at position 0":             {Layers: []int{1<<32 - 1, 1 << 32}}, // 2⁶⁴ parameters
		"activation Activation(9)":                  {Layers: []int{3, 2}, Activation: 9},
		"delta -1e-07: want 0 <= delta < 1":         {Layers: []int{3, 2}, Delta: -1e-7},
		"delta 1: want 0 <= delta < 1":              {Layers: []int{3, 2}, Delta: 1},
		"delta NaN: want 0 <= delta < 1":            {Layers: []int{3, 2}, Delta: math.NaN()},
		"layers [2147483648 2147483648]: more than": {Layers: []int{1 << 31, 1 << 31}},
	} {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", s, err, want)
		}
	}
}

func TestActivationText(t *testing.T) {
	for name, want := range map[string]Activation{"relu": ReLU, "sigmoid": Sigmoid, "tanh": Tanh} {
		var got Activation
		if err := got.UnmarshalText([]byte(name)); err != nil || got != want || got.String() != name {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
	if err := new(Activation).UnmarshalText([]byte("ReLU")); err == nil || !strings.Contains(err.Error(), "relu, sigmoid, tanh") {
		t.Errorf("error %v, want one with the names", err)
	}
}

// The experiment's network has 784·50+50 + 50·100+100 + 100·10+10 = 45,360
// parameters.
func TestExperimentLayout(t *testing.T) {
	s := Experiment()
	want := Layout{
		{"W1", []int{784, 50}}, {"b1", []int{50}},
		{"W2", []int{50, 100}}, {"b2", []int{100}},
		{"W3", []int{100, 10}}, {"b3", []int{10}},
	}
	if d := cmp.Diff(want, s.Layout()); d != "" {
		t.Errorf("layout (-want +got):\n%s", d)
	}
	if n := s.NumParams(); n != 45360 || s.Layout().Len() != 45360 {
		t.Errorf("%d parameters, layout of %d, want 45360", n, s.Layout().Len())
	}
}

func TestLocate(t *testing.T) {
	p := NewParams(Experiment())
	for i, want := range map[int]string{
		0: "W1[0,0]", 74*50 + 49: "W1[74,49]", 39199: "W1[783,49]",
		39200: "b1[0]", 39249: "b1[49]", 39250: "W2[0,0]", 45359: "b3[9]",
	} {
		if got := p.Layout().Element(i); got != want {
			t.Errorf("element %d is %s, want %s", i, got, want)
		}
		k, offset := p.Locate(i)
		if got := p.Layout()[k].Element(offset); got != want {
			t.Errorf("Params: element %d is %s, want %s", i, got, want)
		}
	}
	for _, i := range []int{-1, 45360} {
		for name, locate := range map[string]func(int) (int, int){"Layout": p.Layout().Locate, "Params": p.Locate} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s.Locate(%d) did not panic", name, i)
					}
				}()
				locate(i)
			}()
		}
	}
	if got := (Tensor{Name: "c"}).Element(0); got != "c" {
		t.Errorf("a scalar's element is %q, want its name", got)
	}
}

func TestParamsViews(t *testing.T) {
	p := NewParams(Spec{Layers: []int{2, 3, 1}})
	for i := range p.Flat {
		p.Flat[i] = float64(i)
	}
	if d := cmp.Diff([]float64{9, 10, 11}, p.W(1)); d != "" {
		t.Errorf("W2 (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]float64{6, 7, 8}, p.B(0)); d != "" {
		t.Errorf("b1 (-want +got):\n%s", d)
	}
	c := p.Clone()
	p.W(0)[5] = -1
	if p.At(0)[5] != -1 || p.Flat[5] != -1 {
		t.Error("a view is not the vector's own memory")
	}
	if c.Flat[5] != 5 {
		t.Error("a clone shares memory")
	}
}

func TestBatchValidate(t *testing.T) {
	s := Spec{Layers: []int{2, 3}}
	if err := (Batch{X: []float64{1, 2, 3, 4}, Labels: []int{0, 2}}).Validate(s); err != nil {
		t.Error(err)
	}
	for want, b := range map[string]Batch{
		"no rows":                        {},
		"3 inputs for 2 rows: want 4":    {X: make([]float64, 3), Labels: []int{0, 0}},
		"1 row numbers for 2 rows":       {X: make([]float64, 4), Labels: []int{0, 0}, Rows: []int{1}},
		"label 3 of row 1: want 0 to 2":  {X: make([]float64, 4), Labels: []int{0, 3}},
		"label -1 of row 0: want 0 to 2": {X: make([]float64, 4), Labels: []int{-1, 0}},
		"input 1 of row 1 is NaN":        {X: []float64{0, 0, 0, math.NaN()}, Labels: []int{0, 0}},
		"input 0 of row 1 (7 of the data set) is +Inf": {X: []float64{0, 0, math.Inf(1), 0}, Labels: []int{0, 0},
			Rows: []int{5, 7}},
		"input 0 of row 0 is -Inf": {X: []float64{math.Inf(-1), 0}, Labels: []int{0}},
	} {
		if err := b.Validate(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
