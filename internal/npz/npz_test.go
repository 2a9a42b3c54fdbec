package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// raw returns an .npy file of version 2 with any header and data.
func raw(header string, data ...byte) []byte {
	b := append([]byte("\x93NUMPY\x02\x00"), binary.LittleEndian.AppendUint32(nil, uint32(len(header)))...)
	return append(append(b, header...), data...)
}

func header(descr, order, shape string) string {
	return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n"
}

func encoded[T Element](t testing.TB, shape []int, elements []T) []byte {
	t.Helper()
	file, err := Encode(shape, elements)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRoundTrip(t *testing.T) {
	roundTrip(t, []int{2, 3}, []float64{1, -2, 3.5, math.MaxFloat64, 5e-324, 0})
	roundTrip(t, []int{3}, []float64{1, 2, 3})
	roundTrip(t, []int{3}, []int64{math.MinInt64, -1, 2})
	roundTrip(t, []int{4}, []byte("text"))
}

// NumPy's own files: version 1, and column-major where a matrix was transposed.
func TestDecodeNumPy(t *testing.T) {
	dict := header("'<f4'", "True", "(2, 3)")
	file := append([]byte("\x93NUMPY\x01\x00"), byte(len(dict)), 0)
	file = append(file, dict...)
	for _, v := range []float32{1, 4, 2, 5, 3, 6} { // the columns
		file = binary.LittleEndian.AppendUint32(file, math.Float32bits(v))
	}
	shape, got, err := Decode[float32](file)
	if want := []float32{1, 2, 3, 4, 5, 6}; err != nil || !slices.Equal(shape, []int{2, 3}) || !slices.Equal(got, want) {
		t.Errorf("%v of shape %v, error %v: want %v", got, shape, err, want)
	}
}

func roundTrip[T Element](t *testing.T, shape []int, elements []T) {
	t.Helper()
	gotShape, got, err := Decode[T](encoded(t, shape, elements))
	if err != nil || !slices.Equal(gotShape, shape) || !slices.Equal(got, elements) {
		t.Errorf("%v of shape %v was read as %v of shape %v, error %v", elements, shape, got, gotShape, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	eight := make([]byte, 8)
	for _, c := range []struct {
		file []byte
		want string
	}{
		{nil, "not an .npy array of version 1 or 2"},
		{append([]byte("\x93NUMPY\x03\x00"), eight...), "not an .npy array of version 1 or 2"},
		{append([]byte("\x93NUMPY\x01\x00"), 'a', 'b', 'c'), "a header of 25195 bytes in an array of 11"},
		{append([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), eight...), "a header of 4294967307 bytes in an array of 20"},
		{raw(header("'<f8'", "False", "(1073741824, 1073741824)"), eight...),
			"shape [1073741824 1073741824] in 8 bytes of data"},
		// The product is 2⁶⁴ bytes, which is 0 in 64 bits.
		{raw(header("'<f8'", "False", "(2147483648, 1073741824)")), "shape [2147483648 1073741824] in 0 bytes of data"},
		{raw(header("'<f8'", "False", "(-1, -1)"), eight...), "shape [-1 -1]"},
		{raw(header("'<f8'", "False", "(2,)"), eight...), "shape [2] in 8 bytes of data"},
		{raw(header("'<f8'", "False", "(0,)"), eight...), "shape [0] in 8 bytes of data: want"},
		{raw(header("'<f8'", "False", "()"), eight...), "shape [] in 8 bytes of data: want one or two dimensions"},
		{raw(header("'<f8'", "False", "(1, 1, 1)"), eight...),
			"shape [1 1 1] in 8 bytes of data: want one or two dimensions"},
		{raw(header("'<f4'", "False", "(2,)"), eight...), "elements of type '<f4': want '<f8'"},
		{raw(header("'<i8'", "False", "(1,)"), eight...), "elements of type '<i8': want '<f8'"},
		// npyio panics on these.
		{raw("no end of the line"), "malformed .npy header"},
		{raw("'shape': (1,), 'fortran_order': False, 'descr': '<f8', }\n", eight...), "malformed .npy header"},
		{raw(header("'<f8'", "False", ""), eight...), "malformed .npy header"},
	} {
		if _, _, err := Decode[float64](c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want one with %q", c.file, err, c.want)
		}
	}
}

// deflated returns an archive of the named members, the same compressed array
// each.
func deflated(t testing.TB, file []byte, names ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	archive := zip.NewWriter(&buf)
	for _, name := range names {
		w, err := archive.Create(name + ".npy")
		if err == nil {
			_, err = w.Write(file)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestOpen(t *testing.T) {
	var stored bytes.Buffer
	w := NewWriter(&stored)
	for _, name := range []string{"a", "b/c"} {
		if err := w.Add(name, encoded(t, []int{2}, []float64{1, 2})); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	members, err := Open(stored.Bytes(), 1)
	if err != nil || len(members) != 2 || members[0].Name != "a" || members[1].Name != "b/c" {
		t.Fatalf("members %v, error %v", members, err)
	}
	file, err := members[1].Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if _, got, err := Decode[float64](file); err != nil || !slices.Equal(got, []float64{1, 2}) {
		t.Errorf("b/c: %v, %v", got, err)
	}

	zeros := deflated(t, encoded(t, []int{1000}, make([]float64, 1000)), "a")
	two := deflated(t, encoded(t, []int{1000}, make([]float64, 1000)), "a", "b")
	// The size that the directory claims is smaller than what comes.
	lying := bytes.Clone(zeros)
	at := bytes.LastIndex(lying, []byte("PK\x01\x02")) + 24
	binary.LittleEndian.PutUint32(lying[at:], 100)
	for _, c := range []struct {
		name      string
		content   []byte
		inflation uint64
		want      string
	}{
		{"text", []byte("not an archive"), 1, "not a whole .npz file"},
		{"cut", stored.Bytes()[:stored.Len()-1], 1, "not a whole .npz file"},
		{"damaged", bytes.Replace(stored.Bytes(), []byte("False"), []byte("false"), 1), 1, "member a: zip: checksum error"},
		{"compressed", zeros, 1, "member a of 8082 bytes: want 233 at most in the whole file of 233"},
		{"compressed, allowed", zeros, 100, ""},
		// One of them would fit.
		{"compressed, together too large", two, uint64(1.5 * 8082 / float64(len(two))), "member b of 8082 bytes: want"},
		{"more than claimed", lying, 100, "member a: zip: not a valid zip file"},
		{"no array", bytes.ReplaceAll(stored.Bytes(), []byte("a.npy"), []byte("a.txt")), 1, `member "a.txt": want arrays`},
	} {
		members, err := Open(c.content, c.inflation)
		if err == nil {
			_, err = members[0].Bytes()
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadFile(dir); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a folder: error %v", err)
	}
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(path, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	if b, err := ReadFile(path); err != nil || string(b) != "x" {
		t.Errorf("%q, %v", b, err)
	}
}

// FuzzDecode holds the array reader to two promises on any bytes: it allocates
// no more than a few times their number, and what it read and wrote reads the
// same again.
func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, []int{2, 3}, []float64{1, -2, 3.5, math.Inf(1), 5e-324, 0}))
	f.Add(encoded(f, []int{3}, []int64{1, -2, math.MaxInt64}))
	f.Add(encoded(f, []int{5}, []byte("bytes")))
	f.Add(raw(header("'<f8'", "False", "(2147483648, 1073741824)")))
	f.Add(raw(header("'|u1'", "False", "(1, 1, 1)"), 0))
	f.Add(raw(header("'<i8'", "True", "(0, 4611686018427387904)")))
	f.Add(raw("'shape': (1,), 'fortran_order': False, 'descr': '<f8', }\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		again(t, file, math.Float64bits)
		again(t, file, math.Float32bits)
		again(t, file, func(v int64) uint64 { return uint64(v) })
		again(t, file, func(v byte) uint64 { return uint64(v) })
	})
}

func again[T Element, B comparable](t *testing.T, file []byte, bits func(T) B) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	shape, elements, err := Decode[T](file)
	runtime.ReadMemStats(&after)
	// The header as bytes and text, its shape, the elements, and the error that
	// says what is wrong with them.
	const once, each = 64 << 10, 64
	if got, most := after.TotalAlloc-before.TotalAlloc, once+each*uint64(len(file)); got > most {
		t.Errorf("%T: %d bytes allocated for an array of %d", elements, got, len(file))
	}
	if err != nil || len(elements) == 0 {
		return
	}
	if _, floats := any(elements).([]float64); len(shape) == 2 && !floats {
		return // only matrices of float64 are written
	}
	gotShape, got, err := Decode[T](encoded(t, shape, elements))
	if err != nil || !slices.Equal(gotShape, shape) || !slices.EqualFunc(got, elements,
		func(a, b T) bool { return bits(a) == bits(b) }) {
		t.Errorf("%v of shape %v was read again as %v of shape %v, error %v", elements, shape, got, gotShape, err)
	}
}
