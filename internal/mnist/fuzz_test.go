package mnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// FuzzRead holds the IDX reader to three promises on any bytes: a file that is
// read is its header and its elements to the last byte; a fault lies inside
// the file; a header alone does not make the reader allocate.
func FuzzRead(f *testing.F) {
	for _, plain := range sound() {
		for _, stored := range [][]byte{plain, compress(plain)} {
			for _, cut := range []int{0, 1, 5, len(stored) / 2} {
				f.Add(stored[:len(stored)-cut])
			}
		}
	}
	f.Add(idx(0x803, []uint32{1 << 31, 65536, 65536}))
	f.Add(idx(0x803, []uint32{1 << 20, 32, 32}, 1, 2, 3))
	f.Add(compress(idx(0x801, []uint32{1 << 30}, make([]byte, 200_000)...)))
	f.Add(compress(idx(0x801, []uint32{200_000}, make([]byte, 200_000)...)))
	files, err := filepath.Glob("../../testdata/bad/*/train-*.gz")
	if err != nil || len(files) == 0 {
		f.Fatalf("no files in testdata/bad: %v", err)
	}
	for _, name := range files {
		stored, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(stored)
	}
	f.Fuzz(func(t *testing.T, stored []byte) {
		plain, sound, allowance := contents(stored)
		for _, magic := range []uint32{magicImages, magicLabels} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			shape, elements, err := readIDX("file", bytes.NewReader(stored), magic)
			runtime.ReadMemStats(&after)

			if got := after.TotalAlloc - before.TotalAlloc; got > allowance {
				t.Errorf("magic %#x: %d bytes allocated for %d stored and %d uncompressed, want %d at most", magic, got,
					len(stored), len(plain), allowance)
			}
			if err != nil {
				var fault *fileError
				if !errors.As(err, &fault) {
					t.Errorf("magic %#x: error %v, want a *fileError", magic, err)
				} else if fault.Offset < 0 || fault.Offset > int64(len(plain)) {
					t.Errorf("magic %#x: %v: the file has %d bytes", magic, err, len(plain))
				}
				continue
			}
			header := binary.BigEndian.AppendUint32(nil, magic)
			for _, d := range shape {
				header = binary.BigEndian.AppendUint32(header, uint32(d))
			}
			if !sound || !bytes.Equal(append(header, elements...), plain) {
				t.Errorf("magic %#x: read as %v with %d elements; sound gzip or plain: %t; uncompressed: %d bytes", magic, shape,
					len(elements), sound, len(plain))
			}
		}
	})
}

// contents returns the uncompressed bytes up to the first error, whether there
// was none, and what reading them may allocate.
func contents(stored []byte) (plain []byte, sound bool, allowance uint64) {
	// The reader's first 64 KiB and what buffers and decompressor need once,
	// with as much again; then the sum 1 + 4 + 4/4 + … of its growing slices.
	const once, each = 256 << 10, 6
	if !bytes.HasPrefix(stored, []byte{0x1f, 0x8b}) {
		return stored, true, once + each*uint64(len(stored))
	}
	// Every block of compressed data has tables of its own: up to 300 of 64
	// entries from a few dozen bytes. They are garbage at the next block.
	const tables = 1024
	z, err := gzip.NewReader(bytes.NewReader(stored))
	if err == nil {
		plain, err = io.ReadAll(z)
	}
	return plain, err == nil, once + each*uint64(len(plain)) + tables*uint64(len(stored))
}
