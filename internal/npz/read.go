// Package npz reads and writes NumPy's .npz archives, and believes nothing that
// a file says of itself before it has seen the bytes.
package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"codeberg.org/sbinet/npyio/npy"
)

// Member is one array of an archive.
type Member struct {
	Name string // without .npy
	file *zip.File
}

// ReadFile returns the content of a file, which must be one: a device or a
// pipe has no end that bounds what is read.
func ReadFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	return os.ReadFile(path)
}

// Open returns the members of an archive in the file's order. All together they
// may have at most inflation bytes for each byte of the content, 1 where they
// are not compressed: an archive that claims more is refused before any of it
// is read.
func Open(content []byte, inflation uint64) ([]Member, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("not a whole .npz file: %w", err)
	}
	size := uint64(len(content))
	left := inflation * size
	var members []Member
	for _, f := range archive.File {
		name, isArray := strings.CutSuffix(f.Name, ".npy")
		switch {
		case !isArray:
			return nil, fmt.Errorf("member %q: want arrays, named as in W1.npy", f.Name)
		case f.UncompressedSize64 > left:
			return nil, fmt.Errorf("member %s of %d bytes: want %d at most in the whole file of %d", name, f.UncompressedSize64,
				inflation*size, size)
		}
		left -= f.UncompressedSize64
		members = append(members, Member{name, f})
	}
	return members, nil
}

// Bytes returns the member as the .npy file that it is.
func (m Member) Bytes() ([]byte, error) {
	b, err := m.bytes()
	if err != nil {
		return nil, fmt.Errorf("member %s: %w", m.Name, err)
	}
	return b, nil
}

func (m Member) bytes() ([]byte, error) {
	r, err := m.file.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// It ends with an error after the size that the directory gives, and
	// checks the member's CRC.
	return io.ReadAll(r)
}

// Element is what arrays can hold.
type Element interface {
	byte | int64 | float32 | float64
}

// Decode returns the shape, of one or two dimensions, and the elements,
// row-major, of an .npy file. A column-major matrix, which is what NumPy makes of
// a transposed one, is turned round.
func Decode[T Element](file []byte) (shape []int, elements []T, err error) {
	// Some malformed headers make npyio index beyond their end.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("malformed .npy header: %v", r)
		}
	}()
	var one T
	descr := map[any]string{byte(0): "'|u1'", int64(0): "'<i8'", float32(0): "'<f4'", float64(0): "'<f8'"}[any(one)]
	r, err := open(file, descr, uint64(binary.Size(one)))
	if err != nil {
		return nil, nil, err
	}
	if err := r.Read(&elements); err != nil {
		return nil, nil, err
	}
	shape = r.Header.Descr.Shape
	if r.Header.Descr.Fortran && len(shape) == 2 {
		elements = transposed(shape[1], elements)
	}
	return shape, elements, nil
}

// transposed returns the transpose of a row-major matrix with so many rows.
func transposed[T any](rows int, elements []T) []T {
	cols := len(elements) / max(1, rows)
	out := make([]T, len(elements))
	for i, v := range elements {
		out[i%cols*rows+i/cols] = v
	}
	return out
}

// begin returns the length of an .npy file up to its data, as the file says: the
// magic string, the version, the length of the header in two bytes in version 1
// and four in version 2, and the header.
func begin(file []byte) (uint64, error) {
	const version = 6
	switch {
	case len(file) >= version+4 && file[version] == 1:
		return version + 4 + uint64(binary.LittleEndian.Uint16(file[version+2:])), nil
	case len(file) >= version+6 && file[version] == 2:
		return version + 6 + uint64(binary.LittleEndian.Uint32(file[version+2:])), nil
	}
	return 0, errors.New("not an .npy array of version 1 or 2")
}

// open checks what npyio trusts: that the header is as long as it says and the
// data as long as the shape says.
func open(file []byte, descr string, size uint64) (*npy.Reader, error) {
	begin, err := begin(file)
	if err != nil {
		return nil, err
	}
	if begin > uint64(len(file)) {
		return nil, fmt.Errorf("a header of %d bytes in an array of %d", begin, len(file))
	}
	r, err := npy.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if r.Header.Descr.Type != descr {
		return nil, fmt.Errorf("elements of type %s: want %s", r.Header.Descr.Type, descr)
	}
	shape, have := r.Header.Descr.Shape, uint64(len(file))-begin
	want := size
	for _, n := range shape {
		if n < 0 || n > 0 && want > have/uint64(n) {
			return nil, fmt.Errorf("shape %v in %d bytes of data", shape, have)
		}
		want *= uint64(n)
	}
	if n := len(shape); n < 1 || n > 2 || want != have {
		return nil, fmt.Errorf("shape %v in %d bytes of data: want one or two dimensions that fit", shape, have)
	}
	return r, nil
}
