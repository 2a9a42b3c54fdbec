package report

import (
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"gradtwin/compare"
)

// writePoints writes the sample's points and returns the folder, the point and
// the name of its file.
func writePoints(t *testing.T) (Dir, *Point, string) {
	t.Helper()
	q := newQuadratic()
	p := q.point(1e-4)
	if err := p.Settle(context.Background(), q, &compare.Report{Step: 1e-5, Noise: 1e-15}); err != nil {
		t.Fatal(err)
	}
	p.SymbolicParams[9] = 2.5
	r := sample(false)
	r.Runs[0].Comparisons[0].Point = p
	dir := Dir(t.TempDir())
	if err := dir.WritePoints(r); err != nil {
		t.Fatal(err)
	}
	return dir, p, filepath.Join(string(dir), "fixed-step0.npz")
}

func TestPointsReadBack(t *testing.T) {
	_, want, name := writePoints(t)
	got, err := readPoint(name, want.Layout)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
	if p, err := readPoint(name+"x", want.Layout); p != nil || err != nil {
		t.Errorf("no file: %v, %v, want nil and no error", p, err)
	}
	other := want.Layout[:1:1]
	other[0].Shape = []int{2, 4}
	if _, err := readPoint(name, other); err == nil {
		t.Error("no error for another shape")
	}
}

const readByNumPy = `
import json, sys
import numpy as np
z = np.load(sys.argv[1])
print(json.dumps({k: {"shape": z[k].shape, "dtype": str(z[k].dtype), "values": z[k].ravel().tolist()} for k in z.files}))
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
		"batch_x":              {[]int{2, 4}, "float64", p.Batch.X},
		"batch_labels":         {[]int{2}, "int64", []float64{1, 0}},
		"batch_rows":           {[]int{2}, "int64", []float64{44823, 7}},
		"image_shape":          {[]int{2}, "int64", []float64{2, 2}},
	} {
		if got := arrays[name]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if len(arrays) != 6*2+4 {
		t.Errorf("%d arrays, want 16", len(arrays))
	}
}
