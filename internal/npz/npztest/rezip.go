// Package npztest changes .npz archives as tests want them.
package npztest

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"
)

// Deflated returns the archive with its members compressed.
func Deflated(t testing.TB, archive []byte) []byte {
	t.Helper()
	return rezipped(t, archive, func(w *zip.Writer, name string, _ int) (io.Writer, error) { return w.Create(name) })
}

// Unchecked returns the archive with members that have no checksum: a fuzzer
// that changes one is not stopped there.
func Unchecked(t testing.TB, archive []byte) []byte {
	t.Helper()
	return rezipped(t, archive, func(w *zip.Writer, name string, size int) (io.Writer, error) {
		return w.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store, CompressedSize64: uint64(size),
			UncompressedSize64: uint64(size)})
	})
}

func rezipped(t testing.TB, archive []byte, create func(w *zip.Writer, name string, size int) (io.Writer,
	error)) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range r.File {
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		member, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		to, err := create(w, f.Name, len(member))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(member); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
