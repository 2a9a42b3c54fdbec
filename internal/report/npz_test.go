package report_test

import (
	"encoding/json"
	"math"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/compare/twin/twintest"
	"gradtwin/internal/npz/npztest"
	"gradtwin/internal/report"
	"gradtwin/internal/report/reporttest"
)

// writePoints writes the sample's points and returns the folder, the point and
// the name of its file.
func writePoints(t *testing.T) (report.Dir, *twin.Point, string) {
	t.Helper()
	q := twintest.NewQuadratic()
	p := q.Judged(1e-4)
	p.Verdicts[9] = compare.Unseen
	p.SymbolicParams[9] = 2.5
	r := reporttest.Sample(false)
	r.Runs[0].Comparisons[0].Point = p
	dir := report.Dir(t.TempDir())
	if err := dir.WritePoints(r); err != nil {
		t.Fatal(err)
	}
	return dir, p, filepath.Join(string(dir), "fixed-step0.npz")
}

func TestPointsReadBack(t *testing.T) {
	_, want, name := writePoints(t)
	spec := gradtwin.Spec{Layers: []int{4, 2}}
	got, err := report.ReadPoint(name, spec)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
	if p, err := report.ReadPoint(name+"x", spec); p != nil || err != nil {
		t.Errorf("no file: %v, %v, want nil and no error", p, err)
	}
	spec.Layers = []int{2, 4}
	if _, err := report.ReadPoint(name, spec); err == nil || !strings.Contains(err.Error(), "shape [4 2]: want [2 4]") {
		t.Errorf("another shape: error %v", err)
	}
}

// Points were compressed once.
func TestCompressedPointIsRead(t *testing.T) {
	const rows = 100
	want := twintest.NewQuadratic().Judged(1e-4)
	want.Batch = gradtwin.Batch{X: make([]float64, 4*rows), Labels: make([]int, rows), Rows: make([]int, rows)}
	stored, err := report.EncodePoint(want)
	if err != nil {
		t.Fatal(err)
	}
	deflated := npztest.Deflated(t, stored)
	if len(deflated) > len(stored)/2 {
		t.Fatalf("%d bytes compressed, %d stored: want half of them at most", len(deflated), len(stored))
	}
	got, err := report.DecodePoint(deflated, gradtwin.Spec{Layers: []int{4, 2}})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
}

func TestPointRefused(t *testing.T) {
	for want, change := range map[string]func(p *twin.Point){
		"image_shape [2 3]: want one of 4 pixels":   func(p *twin.Point) { p.Width = 3 },
		"image_shape [3 1]: want one of 4 pixels":   func(p *twin.Point) { p.Height, p.Width = 3, 1 },
		"image_shape [-2 -2]: want one of 4 pixels": func(p *twin.Point) { p.Height, p.Width = -2, -2 },
		"image_shape [0 4]: want one of 4 pixels":   func(p *twin.Point) { p.Height, p.Width = 0, 4 },
		"image_shape [4 0]: want one of 4 pixels":   func(p *twin.Point) { p.Height, p.Width = 4, 0 },
		// 2³² times 2³² is 0 in 64 bits, and so is this times 4.
		"image_shape [4611686018427387904 4]: want":   func(p *twin.Point) { p.Height, p.Width = 1<<62, 4 },
		"label 2 of row 0: want 0 to 1":               func(p *twin.Point) { p.Batch.Labels[0] = 2 },
		"label -1 of row 1: want 0 to 1":              func(p *twin.Point) { p.Batch.Labels[1] = -1 },
		"input 1 of row 1 (7 of the data set) is NaN": func(p *twin.Point) { p.Batch.X[5] = math.NaN() },
		"verdict 5 of element 3: want 0 to 4":         func(p *twin.Point) { p.Verdicts[3] = 5 },
		"array batch_rows: shape [1]: want [2]":       func(p *twin.Point) { p.Batch.Rows = p.Batch.Rows[:1] },
	} {
		q := twintest.NewQuadratic()
		p := q.Judged(1e-4)
		change(p)
		content, err := report.EncodePoint(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := report.DecodePoint(content, gradtwin.Spec{Layers: []int{4, 2}}); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// A small file that unpacks to a large one is refused before it is unpacked.
func TestBombRefused(t *testing.T) {
	const n = 1 << 17
	p := twintest.NewQuadratic().Point(1e-4)
	p.Layout = gradtwin.Layout{{Name: "W1", Shape: []int{n, 2}}, {Name: "b1", Shape: []int{2}}}
	zeros := make([]float64, 2*n+2)
	for _, v := range report.Vectors(p) {
		*v.Values = zeros
	}
	p.Verdicts = make([]compare.Verdict, 2*n+2)
	stored, err := report.EncodePoint(p)
	if err != nil {
		t.Fatal(err)
	}
	bomb := npztest.Deflated(t, stored)
	got := reporttest.Allocated(func() { _, err = report.DecodePoint(bomb, gradtwin.Spec{Layers: []int{n, 2}}) })
	if err == nil || !strings.Contains(err.Error(), "member params_symbolic/W1 of 2097") {
		t.Errorf("error %v, want one that names the member", err)
	}
	// The directory of the archive, and whatever else the process does: a tenth of
	// what the arrays would take.
	if most := uint64(1 << 20); got > most {
		t.Errorf("%d bytes allocated for a bomb of %d", got, len(bomb))
	}
}

const readByNumPy = `
import json, sys
import numpy as np
z = np.load(sys.argv[1])
print(json.dumps({k: {"shape": z[k].shape, "dtype": str(z[k].dtype),
	"values": z[k].ravel().tolist()} for k in z.files}))
`

func TestPointsOpenInNumPy(t *testing.T) {
	python := "/usr/bin/python3" // the one that Debian's python3-numpy belongs to
	if out, err := exec.Command(python, "-c", "import numpy").CombinedOutput(); err != nil {
		t.Skipf("no Python with NumPy: %v: %s", err, out)
	}
	_, p, name := writePoints(t)
	out, err := exec.Command(python, "-c", readByNumPy, name).Output()
	if err != nil {
		t.Fatal(err)
	}
	type array struct {
		Shape  []int
		Dtype  string
		Values []float64
	}
	var arrays map[string]array
	if err := json.Unmarshal(out, &arrays); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]array{
		"params_symbolic/b1":   {[]int{2}, "float64", []float64{1, 2.5}},
		"params_numeric/W1":    {[]int{4, 2}, "float64", []float64{1, 2, 3, 4, -1, -2, -3, 0}},
		"gradient_symbolic/W1": {[]int{4, 2}, "float64", []float64{2, 2, 3, 4, -1, -4, -6, 0}},
		"gradient_settled/b1":  {[]int{2}, "float64", []float64{2, 4}},
		"step/b1":              {[]int{2}, "float64", []float64{1e-7, 1e-7}},
		"bound/b1":             {[]int{2}, "float64", []float64{1e-6, 1e-6}},
		"verdict/b1":           {[]int{2}, "float64", []float64{0, 4}},
		"batch_x":              {[]int{2, 4}, "float64", p.Batch.X},
		"batch_labels":         {[]int{2}, "int64", []float64{1, 0}},
		"batch_rows":           {[]int{2}, "int64", []float64{44823, 7}},
		"image_shape":          {[]int{2}, "int64", []float64{2, 2}},
	} {
		if got := arrays[name]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if len(arrays) != 8*2+4 {
		t.Errorf("%d arrays, want 20", len(arrays))
	}
}
