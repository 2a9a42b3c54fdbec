package page

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gradtwin"
	"gradtwin/compare/twin/twintest"
	"gradtwin/internal/npz/npztest"
	"gradtwin/internal/report"
	"gradtwin/internal/report/reporttest"
)

// reportFiles are the names that a report's files may have.
var reportFiles = regexp.MustCompile(`^(results\.json|report\.(html|md)|steps-(fixed|sgd)\.csv)$`)

// FuzzLoad holds the way from results.json to the report to three promises on
// any bytes: no panic, no file but the report's in the folder given, and no more
// memory than a constant and a multiple of the file's size. The loss plots and
// the pictures take longer than all the rest, so they have targets of their own.
func FuzzLoad(f *testing.F) {
	seed := func(r *report.Results) string {
		text, err := json.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		return string(text)
	}
	seed(reporttest.Sample(false))
	text := seed(reporttest.Full())
	for _, change := range [][2]string{
		{`"layers":[4,2]`, `"layers":[46340,46340]`},
		{`"layers":[4,2]`, `"layers":[2147483648,2147483648]`},
		{`"after":0`, `"after":1000000000000000000`},
		{`"after":0`, `"after":-1`},
		{`"batches":"fixed"`, `"batches":"../../x"`},
		{`"tensor":"W1"`, `"tensor":"../../W1"`},
		{`"loss":[2,1.5,1.25]`, `"loss":[2,1e308,-1e308]`},
		{`"loss":[2,1.5,1.25]`, `"loss":[1,1.0000000000000002,1]`},
		{`"seconds":[0.001,0.002,0.001]`, `"seconds":[5e-324,1e308,0]`},
		{`"drift":[0,1e-9,1e-7]`, `"drift":[5e-324,1e308,-1e308]`},
		{`"steps":[1e-12,0.000001,1]`, `"steps":[0,-1,5e-324]`},
	} {
		hostile := strings.Replace(text, change[0], change[1], 1)
		if hostile == text {
			f.Fatalf("results.json has no %s:\n%s", change[0], text)
		}
		f.Add([]byte(hostile))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		root := t.TempDir()
		in, out, together := filepath.Join(root, "a",
			"in"), filepath.Join(root, "a", "out"), filepath.Join(root, "a", "both")
		if err := os.MkdirAll(in, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(in, "results.json"), text, 0o666); err != nil {
			t.Fatal(err)
		}
		got := reporttest.Allocated(func() {
			r, err := report.Load(in)
			if err != nil {
				if !strings.Contains(err.Error(), in) {
					t.Errorf("%v: want an error that names the file", err)
				}
				return
			}
			d, p := report.Dir(out), newPage(r)
			for _, err := range []error{d.WriteResults(r), d.WriteSteps(r), d.WritePoints(r),
				d.Write("report.md", p.markdown()), p.write(d)} {
				if err != nil {
					t.Errorf("results that were read cannot be written: %v", err)
				}
			}
			if err := WriteTogether(report.Dir(together), []*report.Results{r, r}); err != nil {
				t.Errorf("results that were read cannot be drawn together: %v", err)
			}
			if _, err := report.Load(out); err != nil {
				t.Errorf("results that were read and written cannot be read: %v", err)
			}
		})
		const once, each = 16 << 20, 4096
		if most := once + each*uint64(len(text)); got > most {
			t.Errorf("%d bytes allocated for results.json of %d", got, len(text))
		}
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() && filepath.Dir(path) != in &&
				(filepath.Dir(path) != out && filepath.Dir(path) != together || !reportFiles.MatchString(e.Name())) {
				t.Errorf("%s was written", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzLossPlot holds the loss plots to two promises for any losses that Load
// lets pass: no panic, and no more memory than a constant and a multiple of
// their number.
func FuzzLossPlot(f *testing.F) {
	floats := func(v ...float64) []byte {
		var b []byte
		for _, x := range v {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
		return b
	}
	f.Add(floats(2, 1.5, 1, 2, 1.5, 1), "graph", 0.01)
	f.Add(floats(0, 0), "", 1e308)
	f.Add(floats(5e-324, 0, 0, 5e-324), "two\nlines", 5e-324)
	f.Add(floats(745, 1e-300, -0.69, -1e-300), "<&>\x00", 1.)
	f.Add(floats(1, math.Nextafter(1, 2)), "$x^2$", 1.)
	f.Fuzz(func(t *testing.T, losses []byte, backend string, lr float64) {
		r := reporttest.Sample(false)
		run := &r.Runs[0]
		n := len(losses) / 16
		values := make([]float64, 2*n)
		for i := range values {
			values[i] = math.Float64frombits(binary.LittleEndian.Uint64(losses[8*i:]))
			if math.IsNaN(values[i]) {
				t.Skip("JSON has no NaN")
			}
		}
		run.Symbolic.Loss, run.Numeric.Loss = values[:n], values[n:]
		run.Symbolic.Seconds, run.Numeric.Seconds, run.Drift = make([]float64,
			n), make([]float64, n), make([]float64, n)
		run.Evaluated, run.Symbolic.Accuracy, run.Numeric.Accuracy = nil, nil, nil
		run.Config.Steps, run.Config.LR, run.Symbolic.Backend = max(1, n), lr, backend
		if n == 0 || run.Validate(r.Data.Train) != nil {
			t.Skip("Load refuses it")
		}
		dir := report.Dir(t.TempDir())
		got := reporttest.Allocated(func() {
			if err := writeLossFigures(dir, r); err != nil {
				t.Error(err)
			}
		})
		const once, each = 16 << 20, 4096
		if most := once + each*uint64(len(losses)+len(backend)); got > most {
			t.Errorf("%d bytes allocated for %d losses", got, len(values))
		}
	})
}

// FuzzPoint holds the way from a point's .npz file to its pictures to two
// promises on any bytes: no panic, and no more memory than a constant and a
// multiple of the file's size.
func FuzzPoint(f *testing.F) {
	point := twintest.NewQuadratic().Judged(1e-4)
	clear(point.Bound) // whatever is off is infinitely so
	archive, err := report.EncodePoint(point)
	if err != nil {
		f.Fatal(err)
	}
	for _, content := range [][]byte{archive, npztest.Deflated(f, archive), npztest.Unchecked(f, archive)} {
		f.Add(content, byte(3), byte(1))
		f.Add(content, byte(3), byte(2))
	}
	f.Fuzz(func(t *testing.T, content []byte, inputs, outputs byte) {
		spec := gradtwin.Spec{Layers: []int{1 + int(inputs), 1 + int(outputs)}}
		got := reporttest.Allocated(func() {
			p, err := report.DecodePoint(content, spec)
			if err != nil {
				return
			}
			g := newGallery("p", p, &payload{})
			if err := pageTemplate.ExecuteTemplate(&bytes.Buffer{}, "gallery.html", g); err != nil {
				t.Errorf("a point that was read cannot be drawn: %v", err)
			}
			again, err := report.EncodePoint(p)
			if err == nil {
				_, err = report.DecodePoint(again, spec)
			}
			if err != nil {
				t.Errorf("a point that was read and written cannot be read: %v", err)
			}
		})
		const once, each = 16 << 20, 16 * report.MaxInflation
		if most := once + each*uint64(len(content)); got > most {
			t.Errorf("%d bytes allocated for a file of %d", got, len(content))
		}
	})
}
