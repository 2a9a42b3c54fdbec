// Package checkpoint keeps an unfinished run in a file from which it goes on to
// the same bits. The file is a NumPy .npz archive: numpy.load opens it.
package checkpoint

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"codeberg.org/sbinet/npyio"
	"github.com/moby/sys/atomicwriter"
	"gonum.org/v1/gonum/mat"

	"gradtwin"
)

// Version is the version of the file's form. A file of another one is refused.
const Version = 1

// Checkpoint is what a file holds.
type Checkpoint struct {
	// Kind is what was run: train, compare.
	Kind string
	// Header is the run's configuration and state, encoded as JSON.
	Header json.RawMessage
	// Arrays are the parameters, losses and whatever else is long.
	Arrays []Array
}

// Array is a named array of one or two dimensions, row-major.
type Array struct {
	gradtwin.Tensor
	Data []float64
}

// Vector returns an array of one dimension.
func Vector(name string, data []float64) Array {
	return Array{gradtwin.Tensor{Name: name, Shape: []int{len(data)}}, data}
}

// Array returns an array's elements by its name, nil when there is none: an
// array without elements is not kept.
func (c *Checkpoint) Array(name string) []float64 {
	i := slices.IndexFunc(c.Arrays, func(a Array) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return c.Arrays[i].Data
}

// The members beside the arrays. The first is JSON as bytes, and the last the
// SHA-256 of the names and contents of all others.
const (
	headerMember   = "gradtwin"
	checksumMember = "sha256"
)

// header is the first member.
type header struct {
	Format  string          `json:"format"`
	Version int             `json:"version"`
	Kind    string          `json:"kind"`
	Run     json.RawMessage `json:"run"`
}

const format = "gradtwin checkpoint"

// Write puts the checkpoint into a file: into another one first, which is
// synced and then renamed, so that whenever the process or the machine stops,
// the old or the new file is there and whole.
func Write(path string, c *Checkpoint) error {
	content, err := encode(c)
	if err == nil {
		err = atomicwriter.WriteFile(path, content, 0o644)
	}
	if err != nil {
		return fmt.Errorf("write checkpoint %s: %w", path, err)
	}
	return nil
}

func encode(c *Checkpoint) ([]byte, error) {
	first, err := json.Marshal(header{format, Version, c.Kind, c.Header})
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	archive, sum := zip.NewWriter(&buf), sha256.New()
	add := func(name string, v any) error {
		// Not compressed: weights hardly are compressible, and a reader knows
		// from the file's size how large a member can be.
		w, err := archive.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
		if err != nil {
			return err
		}
		io.WriteString(sum, name)
		return npyio.Write(io.MultiWriter(w, sum), v)
	}
	if err := add(headerMember, first); err != nil {
		return nil, err
	}
	for _, a := range c.Arrays {
		if len(a.Data) == 0 {
			continue
		}
		var v any = a.Data
		if len(a.Shape) == 2 {
			v = mat.NewDense(a.Shape[0], a.Shape[1], a.Data)
		}
		if err := add(a.Name, v); err != nil {
			return nil, err
		}
	}
	if err := add(checksumMember, sum.Sum(nil)); err != nil {
		return nil, err
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// Read returns the checkpoint of a kind that a file holds, or an error that
// says what is wrong with the file.
func Read(path, kind string) (*Checkpoint, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	c, err := decode(content)
	if err == nil && c.Kind != kind {
		err = fmt.Errorf("of the command %s: want one of %s", c.Kind, kind)
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return c, nil
}

// decode reads an archive. It allocates no more than a few times the size of
// the content, whatever that claims.
func decode(content []byte) (*Checkpoint, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("not a whole .npz file: %w", err)
	}
	if n := len(archive.File); n < 2 || archive.File[0].Name != headerMember+".npy" || archive.File[n-1].Name != checksumMember+".npy" {
		return nil, errors.New("a file of another program: want one written by gradtwin")
	}
	c := &Checkpoint{}
	sum, left := sha256.New(), uint64(len(content))
	for i, f := range archive.File {
		if f.Method != zip.Store || f.UncompressedSize64 > left {
			return nil, fmt.Errorf("member %s: compressed, or larger than the file: gradtwin writes none such", f.Name)
		}
		left -= f.UncompressedSize64
		member, err := readMember(f)
		if err != nil {
			return nil, fmt.Errorf("member %s: %w", f.Name, err)
		}
		if i == len(archive.File)-1 {
			var want []byte
			if err := readArray(member, &want); err != nil {
				return nil, fmt.Errorf("member %s: %w", f.Name, err)
			}
			if got := sum.Sum(nil); !bytes.Equal(got, want) {
				return nil, fmt.Errorf("damaged: SHA-256 %x, want %x", got, want)
			}
			continue
		}
		name := f.Name[:max(0, len(f.Name)-len(filepath.Ext(f.Name)))]
		io.WriteString(sum, name)
		sum.Write(member)
		if i == 0 {
			if err := c.readHeader(member); err != nil {
				return nil, err
			}
			continue
		}
		a := Array{Tensor: gradtwin.Tensor{Name: name}}
		if a.Shape, err = shapeOf(member); err == nil {
			err = readArray(member, &a.Data)
		}
		if err != nil {
			return nil, fmt.Errorf("member %s: %w", f.Name, err)
		}
		c.Arrays = append(c.Arrays, a)
	}
	return c, nil
}

func (c *Checkpoint) readHeader(member []byte) error {
	var text []byte
	if err := readArray(member, &text); err != nil {
		return fmt.Errorf("member %s: %w", headerMember, err)
	}
	var h header
	if err := json.Unmarshal(text, &h); err != nil || h.Format != format {
		return errors.New("a file of another program: want one written by gradtwin")
	}
	if h.Version != Version {
		return fmt.Errorf("version %d: this gradtwin reads version %d", h.Version, Version)
	}
	c.Kind, c.Header = h.Kind, h.Run
	return nil
}

func readMember(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r) // checks the member's CRC
}

// npyHeader is the length of an .npy file's fixed beginning in version 2: the
// magic string, the version, and the length of the header in four bytes.
const npyHeader = 6 + 2 + 4

// open checks what npyio trusts: that the header is as long as it says and the
// data as long as the shape says.
func open(member []byte) (*npyio.Reader, error) {
	if len(member) < npyHeader || member[6] != 2 {
		return nil, errors.New("not an .npy array of version 2")
	}
	start := npyHeader + uint64(binary.LittleEndian.Uint32(member[npyHeader-4:]))
	if start > uint64(len(member)) {
		return nil, fmt.Errorf("a header of %d bytes in a member of %d", start, len(member))
	}
	r, err := npyio.NewReader(bytes.NewReader(member))
	if err != nil {
		return nil, err
	}
	size := map[string]uint64{"'<f8'": 8, "'|u1'": 1}[r.Header.Descr.Type]
	if size == 0 {
		return nil, fmt.Errorf("elements of type %s: want '<f8' or '|u1'", r.Header.Descr.Type)
	}
	have := uint64(len(member)) - start
	want := size
	for _, n := range r.Header.Descr.Shape {
		if n < 0 || n > 0 && want > have/uint64(n) {
			return nil, fmt.Errorf("shape %v in %d bytes of data", r.Header.Descr.Shape, have)
		}
		want *= uint64(n)
	}
	if n := len(r.Header.Descr.Shape); n < 1 || n > 2 || want != have || r.Header.Descr.Fortran {
		return nil, fmt.Errorf("shape %v in %d bytes of data: want one or two dimensions that fit, row-major", r.Header.Descr.Shape, have)
	}
	return r, nil
}

// recovered turns a panic of npyio, which some malformed headers cause, into
// an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("malformed .npy header: %v", r)
	}
}

func shapeOf(member []byte) (shape []int, err error) {
	defer recovered(&err)
	r, err := open(member)
	if err != nil {
		return nil, err
	}
	return r.Header.Descr.Shape, nil
}

func readArray(member []byte, dst any) (err error) {
	defer recovered(&err)
	r, err := open(member)
	if err != nil {
		return err
	}
	return r.Read(dst)
}
