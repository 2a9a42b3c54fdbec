package memory

import (
	"bytes"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// In whatever order a value is stored, its elements come in row-major order, and
// Set changes the bytes of Span and no others.
func TestElements(t *testing.T) {
	matrix := func(backing any) *tensor.Dense {
		return tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(backing))
	}
	transposed := matrix([]float64{1, 2, 3, 4, 5, 6})
	if err := transposed.T(); err != nil {
		t.Fatal(err)
	}
	column, err := matrix([]float64{1, 2, 3, 4, 5, 6}).Slice(nil, gorgonia.S(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		v        gorgonia.Value
		want     []float64
		rowMajor bool
	}{
		{"float64 matrix", matrix([]float64{1, 2, 3, 4, 5, 6}), []float64{1, 2, 3, 4, 5, 6}, true},
		{"float32 matrix", matrix([]float32{1, 2, 3, 4, 5, 6}), []float64{1, 2, 3, 4, 5, 6}, true},
		{"transpose", transposed, []float64{1, 4, 2, 5, 3, 6}, false},
		{"float64 scalar", gorgonia.NewF64(7), []float64{7}, true},
		{"float32 scalar", gorgonia.NewF32(7), []float64{7}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := Of(tt.v)
			if err != nil {
				t.Fatal(err)
			}
			if got := e.Float64s(); !slices.Equal(got, tt.want) {
				t.Errorf("elements %v, want %v", got, tt.want)
			}
			if d, ok := tt.v.(*tensor.Dense); ok && RowMajor(d) != tt.rowMajor {
				t.Errorf("RowMajor is %v", !tt.rowMajor)
			}
			all := Bytes(tt.v)
			for i := range e.Len() {
				before := bytes.Clone(all)
				e.Set(i, -9)
				from, to := e.Span(i)
				if bytes.Equal(before[from:to], all[from:to]) || e.At(i) != -9 {
					t.Errorf("element %d has not changed", i)
				}
				copy(before[from:to], all[from:to])
				if !bytes.Equal(before, all) {
					t.Errorf("setting element %d has changed another", i)
				}
			}
		})
	}
	e, err := Of(column)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Float64s(); !slices.Equal(got, []float64{2, 5}) {
		t.Errorf("elements of column 1: %v, want [2 5]", got)
	}
}

func TestOfOtherValues(t *testing.T) {
	for _, v := range []gorgonia.Value{nil, gorgonia.NewI(1), tensor.New(tensor.WithBacking([]int{1, 2}))} {
		if _, err := Of(v); err == nil {
			t.Errorf("elements of %v: no error", v)
		}
	}
}

// Tensors that share memory overlap, neighbors in one array do not.
func TestOverlap(t *testing.T) {
	data := []float64{1, 2, 3, 4}
	value := func(s []float64) gorgonia.Value { return tensor.New(tensor.WithBacking(s)) }
	for _, tt := range []struct {
		a, b []float64
		want bool
	}{{data[:3], data[2:], true}, {data[:2], data[2:], false}, {data, data[1:2], true}} {
		if got := Overlap(Bytes(value(tt.a)), Bytes(value(tt.b))); got != tt.want {
			t.Errorf("%v and %v overlap: %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}
