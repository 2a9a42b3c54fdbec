// Package checkpoint keeps an unfinished run in a file from which it goes on to
// the same bits. The file is a NumPy .npz archive: numpy.load opens it.
package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/moby/sys/atomicwriter"

	"gradtwin"
	"gradtwin/internal/npz"
)

// version is the version of the file's form. A file of another one is refused.
const version = 1

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
	content, err := encode(c, version)
	if err == nil {
		err = atomicwriter.WriteFile(path, content, 0o644)
	}
	if err != nil {
		return fmt.Errorf("write checkpoint %s: %w", path, err)
	}
	return nil
}

func encode(c *Checkpoint, version int) ([]byte, error) {
	first, err := json.Marshal(header{format, version, c.Kind, c.Header})
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	archive, sum := npz.NewWriter(&buf), sha256.New()
	add := func(name string, file []byte, err error) error {
		if err != nil {
			return err
		}
		io.WriteString(sum, name)
		sum.Write(file)
		return archive.Add(name, file)
	}
	file, err := npz.Encode([]int{len(first)}, first)
	if err := add(headerMember, file, err); err != nil {
		return nil, err
	}
	for _, a := range c.Arrays {
		if len(a.Data) == 0 {
			continue
		}
		file, err := npz.Encode(a.Shape, a.Data)
		if err := add(a.Name, file, err); err != nil {
			return nil, err
		}
	}
	sha := sum.Sum(nil)
	file, err = npz.Encode([]int{len(sha)}, sha)
	if err := add(checksumMember, file, err); err != nil {
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
	content, err := npz.ReadFile(path)
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
	members, err := npz.Open(content, 1)
	if err != nil {
		return nil, err
	}
	last := len(members) - 1
	if last < 1 || members[0].Name != headerMember || members[last].Name != checksumMember {
		return nil, errors.New("a file of another program: want one written by gradtwin")
	}
	c, sum := &Checkpoint{}, sha256.New()
	for i, m := range members {
		file, err := m.Bytes()
		if err != nil {
			return nil, err
		}
		if i < last {
			io.WriteString(sum, m.Name)
			sum.Write(file)
		}
		switch i {
		case 0:
			err = c.readHeader(file)
		case last:
			err = verify(sum.Sum(nil), file)
		default:
			a := Array{Tensor: gradtwin.Tensor{Name: m.Name}}
			a.Shape, a.Data, err = npz.Decode[float64](file)
			c.Arrays = append(c.Arrays, a)
		}
		if err != nil {
			return nil, fmt.Errorf("member %s: %w", m.Name, err)
		}
	}
	return c, nil
}

func (c *Checkpoint) readHeader(file []byte) error {
	_, text, err := npz.Decode[byte](file)
	if err != nil {
		return err
	}
	var h header
	if err := json.Unmarshal(text, &h); err != nil || h.Format != format {
		return errors.New("of another program: want one written by gradtwin")
	}
	if h.Version != version {
		return fmt.Errorf("version %d: this gradtwin reads version %d", h.Version, version)
	}
	c.Kind, c.Header = h.Kind, h.Run
	return nil
}

// verify sets the SHA-256 of what was read against that in the last member.
func verify(got, file []byte) error {
	_, want, err := npz.Decode[byte](file)
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("%x, but that of the content is %x: the file is damaged", want, got)
	}
	return err
}
