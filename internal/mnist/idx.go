package mnist

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// fileError is a fault in one file of a data set.
type fileError struct {
	Name   string // the file's name, without its folder
	Offset int64  // where, in bytes from the start of the uncompressed file
	Want   string // what should be there
	Found  string // what is there
	Err    error  // what reading gave, if it failed
}

func (e *fileError) Error() string {
	return fmt.Sprintf("%s: offset %d: want %s, found %s", e.Name, e.Offset, e.Want, e.Found)
}

// Unwrap returns the error of reading, or nil.
func (e *fileError) Unwrap() error { return e.Err }

// The magic number is two zeros, the element type and the number of
// dimensions.
const (
	magicBytes  = 0x00000800 // unsigned bytes
	magicImages = magicBytes | 3
	magicLabels = magicBytes | 1
)

const (
	// maxElements is more than any data set of this format holds (EMNIST's
	// largest has 638 million pixels) and fits an int of 32 bits.
	maxElements = 1 << 30
	// firstRead and readGrowth bound what a header that promises too much can
	// make the reader allocate: firstRead, or readGrowth times what was there.
	firstRead  = 64 << 10
	readGrowth = 4
)

// idxReader reads one IDX file and counts its bytes.
type idxReader struct {
	name   string
	r      io.Reader
	offset int64
}

// readIDX reads an IDX file of unsigned bytes with the given magic number. It
// returns the shape and the elements, row-major. Whether the file is
// compressed with gzip is decided by how it begins, not by its name: some
// programs decompress while they download and keep the name.
func readIDX(name string, stored io.Reader, magic uint32) (shape []int, elements []byte, err error) {
	buffered := bufio.NewReader(stored)
	in := &idxReader{name: name, r: buffered}
	if begin, _ := buffered.Peek(2); len(begin) == 2 && begin[0] == 0x1f && begin[1] == 0x8b {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, nil, in.failed("a gzip header", 0, err)
		}
		in.r = z
	}
	if shape, err = in.header(magic); err != nil {
		return nil, nil, err
	}
	size := 1
	for _, d := range shape {
		size *= d
	}
	if elements, err = in.elements(size); err != nil {
		return nil, nil, err
	}
	return shape, elements, in.end()
}

// header reads the magic number and the dimensions.
func (in *idxReader) header(magic uint32) ([]int, error) {
	found, err := in.uint32("a magic number")
	if err != nil {
		return nil, err
	}
	if found != magic {
		want := fmt.Sprintf("magic number 0x%08x", magic)
		if strings.HasSuffix(in.name, ".gz") {
			want = "gzip's 0x1f8b or " + want
		}
		return nil, &fileError{Name: in.name, Offset: 0, Want: want, Found: fmt.Sprintf("0x%08x", found)}
	}
	shape := make([]int, magic&0xff)
	left := uint64(maxElements)
	for i := range shape {
		offset := in.offset
		d, err := in.uint32(fmt.Sprintf("dimension %d of %d", i+1, len(shape)))
		if err != nil {
			return nil, err
		}
		if d == 0 || uint64(d) > left {
			// left is a quotient, so that the product cannot overflow.
			return nil, &fileError{
				Name: in.name, Offset: offset, Found: fmt.Sprint(d),
				Want: fmt.Sprintf("dimension %d of %d from 1 to %d (a file has %d elements at most)", i+1, len(shape), left,
					maxElements),
			}
		}
		left /= uint64(d)
		shape[i] = int(d)
	}
	return shape, nil
}

func (in *idxReader) uint32(what string) (uint32, error) {
	var b [4]byte
	n, err := in.full(b[:])
	if err != nil {
		return 0, in.failed(fmt.Sprintf("%s of 4 bytes", what), n, err)
	}
	return binary.BigEndian.Uint32(b[:]), nil
}

// elements reads size bytes, allocating as they come.
func (in *idxReader) elements(size int) ([]byte, error) {
	start := in.offset
	b := make([]byte, min(size, firstRead))
	for read := 0; ; {
		n, err := in.full(b[read:])
		read += n
		if err != nil {
			want := fmt.Sprintf("%d elements from offset %d on", size, start)
			return nil, in.failed(want, read, err)
		}
		if read == size {
			return b, nil
		}
		grown := make([]byte, min(size, readGrowth*len(b)))
		copy(grown, b)
		b = grown
	}
}

// end checks that the file ends here; for gzip that includes its checksum.
func (in *idxReader) end() error {
	offset := in.offset
	var b [1]byte
	switch n, err := in.full(b[:]); {
	case n > 0:
		return &fileError{Name: in.name, Offset: offset, Want: "the end of the file",
			Found: fmt.Sprintf("more, first 0x%02x", b[0])}
	case err != io.EOF:
		return in.failed("the end of the file", 0, err)
	}
	return nil
}

// full fills b, or returns how much of it was read and the first error, which
// is io.EOF at the end of the uncompressed file and only there: io.ReadFull
// would make one error of that and of compressed data that is cut off.
func (in *idxReader) full(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var k int
		k, err = in.r.Read(b[n:])
		n += k
	}
	in.offset += int64(n)
	if n == len(b) {
		return n, nil
	}
	return n, err
}

// failed returns the error for a read that ended after n bytes of what was
// wanted.
func (in *idxReader) failed(want string, n int, err error) error {
	e := &fileError{Name: in.name, Offset: in.offset, Want: want, Err: err}
	switch err {
	case io.EOF:
		e.Found = fmt.Sprintf("the end of the file after %d bytes", n)
	case io.ErrUnexpectedEOF:
		e.Found = fmt.Sprintf("compressed data that is cut off after %d bytes", n)
	default:
		e.Found = err.Error()
	}
	return e
}
