package npz

import (
	"archive/zip"
	"bytes"
	"io"

	"codeberg.org/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"
)

// Encode returns the .npy file of an array of one dimension, or of two where it
// holds float64. It must not be empty: of that npyio writes no shape.
func Encode[T Element](shape []int, elements []T) ([]byte, error) {
	var v any = elements
	if floats, ok := v.([]float64); ok && len(shape) == 2 {
		v = mat.NewDense(shape[0], shape[1], floats)
	}
	var buf bytes.Buffer
	err := npy.Write(&buf, v)
	return buf.Bytes(), err
}

// Writer writes an archive.
type Writer struct{ archive *zip.Writer }

// NewWriter returns a writer of an archive to w.
func NewWriter(w io.Writer) Writer { return Writer{zip.NewWriter(w)} }

// Add adds an array, given as its .npy file. It is not compressed: weights
// hardly are compressible, and a reader knows from the file's size how large a
// member can be.
func (w Writer) Add(name string, file []byte) error {
	m, err := w.archive.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
	if err != nil {
		return err
	}
	_, err = m.Write(file)
	return err
}

// Close ends the archive. It does not close what was written to.
func (w Writer) Close() error { return w.archive.Close() }
