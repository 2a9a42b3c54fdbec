package checkpoint

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gradtwin"
	"gradtwin/internal/npz/npztest"
)

func sample() *Checkpoint {
	return &Checkpoint{
		Kind:   "train",
		Header: json.RawMessage(`{"step":3}`),
		Arrays: []Array{
			{gradtwin.Tensor{Name: "W1", Shape: []int{2, 3}}, []float64{1, 2, 3, 4, 5, math.Nextafter(6, 7)}},
			Vector("b1", []float64{0, math.Copysign(0, -1), 5e-324}),
			Vector("sgd/graph/loss", nil),
		},
	}
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.npz")
	want := sample()
	for range 2 { // the second replaces the first
		if err := Write(path, want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Read(path, "train")
	if err != nil {
		t.Fatal(err)
	}
	want.Arrays = want.Arrays[:2] // without the empty one
	bits := cmp.Transformer("bits", math.Float64bits)
	if d := cmp.Diff(want, got, bits); d != "" {
		t.Errorf("(-written +read):\n%s", d)
	}
	if d := cmp.Diff(want.Arrays[1].Data, got.Array("b1"), bits); d != "" || got.Array("sgd/graph/loss") != nil {
		t.Errorf("arrays by name: %v, %v", got.Array("b1"), got.Array("sgd/graph/loss"))
	}
}

// Every byte of a checkpoint matters: with one bit changed anywhere, or cut
// anywhere, it is refused, or reads as it was.
func TestDamaged(t *testing.T) {
	whole, err := encode(sample(), version)
	if err != nil {
		t.Fatal(err)
	}
	want, err := decode(whole)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		if _, err := decode(whole[:i]); err == nil {
			t.Fatalf("cut to %d of %d bytes: no error", i, len(whole))
		}
		changed := bytes.Clone(whole)
		changed[i] ^= 1 << (i % 8)
		// The zip format has fields that nobody reads: dates, attributes.
		if got, err := decode(changed); err == nil && !cmp.Equal(want, got) {
			t.Fatalf("byte %d changed: no error, and something else was read", i)
		}
	}
}

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole, err := encode(sample(), version)
	if err != nil {
		t.Fatal(err)
	}
	newer, err := encode(sample(), version+1)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(whole, []byte(`"version":1`), []byte(`"version":2`), 1)
	for want, path := range map[string]string{
		"no such file":                             filepath.Join(dir, "none"),
		"not a whole .npz file":                    file("text", []byte("not a checkpoint")),
		"not a whole .npz file: ":                  file("empty", nil),
		"not a whole .npz file: zip":               file("cut", whole[:len(whole)/2]),
		"checksum error":                           file("changed", changed), // the zip's own
		"version 2: this gradtwin reads version 1": file("newer", newer),
		"of the command train: want one of":        file("kind", whole),
	} {
		kind := "train"
		if strings.HasSuffix(path, "kind") {
			kind = "compare"
		}
		if _, err := Read(path, kind); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one with %q and the path", path, err, want)
		}
	}
}

func TestNumPyReads(t *testing.T) {
	python := "/usr/bin/python3" // Debian's, which python3-numpy belongs to
	if exec.Command(python, "-c", "import numpy").Run() != nil {
		t.Skip("no NumPy: install python3-numpy")
	}
	path := filepath.Join(t.TempDir(), "c.npz")
	if err := Write(path, sample()); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, "-c", `
import sys, numpy
c = numpy.load(sys.argv[1])
print(c["W1"].shape, c["W1"].dtype, c["W1"].sum(), c["b1"].shape, bytes(c["gradtwin"]).decode()[:31])
`, path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if want := `(2, 3) float64 21.0 (3,) {"format":"gradtwin checkpoint"` + "\n"; string(out) != want {
		t.Errorf("NumPy read %q, want %q", out, want)
	}
}

// FuzzDecode holds the reader to two promises on any bytes: it allocates no more
// than a few times their number, and what it read and wrote can be read.
func FuzzDecode(f *testing.F) {
	whole, err := encode(sample(), version)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add(npztest.Unchecked(f, whole))
	f.Add(npztest.Deflated(f, whole))
	f.Fuzz(func(t *testing.T, content []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c, err := decode(content)
		runtime.ReadMemStats(&after)
		// The zip reader, the members, and their elements; the constant is for
		// small files.
		if got, most := after.TotalAlloc-before.TotalAlloc, 64*uint64(len(content))+1<<20; got > most {
			t.Errorf("%d bytes allocated for a file of %d", got, len(content))
		}
		if err != nil {
			return
		}
		again, err := encode(c, version)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if _, err := decode(again); err != nil {
			t.Fatalf("what was read and written cannot be read: %v", err)
		}
	})
}
