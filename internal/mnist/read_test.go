package mnist

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// idx returns an IDX file: the magic number, the dimensions and the elements.
func idx(magic uint32, dims []uint32, elements ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, magic)
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, elements...)
}

func compress(plain []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(plain) // bytes.Buffer does not fail
	w.Close()
	return b.Bytes()
}

// The names of the four files.
const (
	trainImages = "train-images-idx3-ubyte"
	trainLabels = "train-labels-idx1-ubyte"
	testImages  = "t10k-images-idx3-ubyte"
	testLabels  = "t10k-labels-idx1-ubyte"
)

// sound returns a data set of 3 and 2 images of 2×2 pixels, uncompressed.
func sound() map[string][]byte {
	return map[string][]byte{
		trainImages: idx(0x803, []uint32{3, 2, 2}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255),
		trainLabels: idx(0x801, []uint32{3}, 5, 0, 9),
		testImages:  idx(0x803, []uint32{2, 2, 2}, 20, 21, 22, 23, 24, 25, 26, 27),
		testLabels:  idx(0x801, []uint32{2}, 1, 2),
	}
}

func TestReadSpellings(t *testing.T) {
	same := func(b []byte) []byte { return b }
	for _, test := range []struct {
		name   string
		rename func(string) string
		store  func([]byte) []byte
	}{
		{"compressed", func(s string) string { return s + ".gz" }, compress},
		{"plain", func(s string) string { return s }, same},
		{"with a dot", func(s string) string { return strings.Replace(s, "-idx", ".idx", 1) }, same},
		{"with a dot, compressed", func(s string) string { return strings.Replace(s, "-idx", ".idx", 1) + ".gz" }, compress},
		{"decompressed, name kept", func(s string) string { return s + ".gz" }, same},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			want := &Data{
				Train: &Set{Images: []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255}, Labels: []uint8{5, 0, 9}, Height: 2, Width: 2},
				Test:  &Set{Images: []byte{20, 21, 22, 23, 24, 25, 26, 27}, Labels: []uint8{1, 2}, Height: 2, Width: 2},
				Files: []File{
					{Name: trainImages, Count: 3, Shape: []int{3, 2, 2}}, {Name: trainLabels, Count: 3, Shape: []int{3}},
					{Name: testImages, Count: 2, Shape: []int{2, 2, 2}}, {Name: testLabels, Count: 2, Shape: []int{2}},
				},
			}
			plain := sound()
			for i := range want.Files {
				f := &want.Files[i]
				stored := test.store(plain[f.Name])
				f.Name = test.rename(f.Name)
				fsys[f.Name] = &fstest.MapFile{Data: stored}
				sum := sha256.Sum256(stored)
				f.SHA256 = hex.EncodeToString(sum[:])
				want.Warnings = append(want.Warnings, f.Name+": SHA-256 "+f.SHA256+" is not MNIST's: another data set, or a "+
					"changed file")
			}
			got, err := Read(fsys)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			if got.Train.Len() != 3 || got.Train.Inputs() != 4 {
				t.Errorf("%d images of %d pixels, want 3 of 4", got.Train.Len(), got.Train.Inputs())
			}
		})
	}
}

// Two members in one gzip file are one file, as for the gzip command.
func TestReadMembers(t *testing.T) {
	files := sound()
	fsys := fstest.MapFS{}
	for name, plain := range files {
		fsys[name+".gz"] = &fstest.MapFile{Data: append(compress(plain[:6]), compress(plain[6:])...)}
	}
	d, err := Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if want := files[trainImages][16:]; !bytes.Equal(d.Train.Images, want) {
		t.Errorf("images %v, want %v", d.Train.Images, want)
	}
}

// A folder of a file's name is not the file.
func TestReadFolderOfTheName(t *testing.T) {
	fsys := fstest.MapFS{trainImages + ".gz/x": &fstest.MapFile{}}
	for name, plain := range sound() {
		fsys[name] = &fstest.MapFile{Data: plain}
	}
	if _, err := Read(fsys); err != nil {
		t.Error(err)
	}
}

func TestReadDamaged(t *testing.T) {
	images := sound()[trainImages]
	labels := sound()[trainLabels]
	zipped := compress(images)
	zippedLabels := compress(labels)
	flipped := bytes.Clone(zipped)
	flipped[len(flipped)-8] ^= 1 // of the checksum of what was compressed
	const gz = ".gz"
	for _, test := range []struct {
		name   string
		file   string
		stored []byte
		offset int64
		want   string // the text after the offset
	}{
		{"empty", trainImages, nil, 0, "want a magic number of 4 bytes, found the end of the file after 0 bytes"},
		{"part of the magic number", trainImages, images[:3], 3,
			"want a magic number of 4 bytes, found the end of the file after 3 bytes"},
		{"part of the header", trainImages, images[:9], 9, "want dimension 2 of 3 of 4 bytes, found the end of the file " +
			"after 1 bytes"},
		{"labels for images", trainImages, labels, 0, "want magic number 0x00000803, found 0x00000801"},
		{"images for labels", testLabels, images, 0, "want magic number 0x00000801, found 0x00000803"},
		{"floats", trainImages, idx(0xd03, []uint32{1, 1, 1}, 0, 0, 0, 0), 0,
			"want magic number 0x00000803, found 0x00000d03"},
		{"a web page", trainImages + gz, []byte("<!DOCTYPE html>"), 0,
			"want gzip's 0x1f8b or magic number 0x00000803, found 0x3c21444f"},
		{"no images", trainImages, idx(0x803, []uint32{0, 2, 2}), 4,
			"want dimension 1 of 3 from 1 to 1073741824 (a file has 1073741824 elements at most), found 0"},
		{"no labels", trainLabels, idx(0x801, []uint32{0}), 4,
			"want dimension 1 of 1 from 1 to 1073741824 (a file has 1073741824 elements at most), found 0"},
		{"images without height", trainImages, idx(0x803, []uint32{3, 0, 2}), 8,
			"want dimension 2 of 3 from 1 to 357913941 (a file has 1073741824 elements at most), found 0"},
		{"absurd count", trainImages, idx(0x803, []uint32{1 << 31, 65536, 65536}), 4,
			"want dimension 1 of 3 from 1 to 1073741824 (a file has 1073741824 elements at most), found 2147483648"},
		{"absurd size", trainImages, idx(0x803, []uint32{60000, 65536, 65536}), 8,
			"want dimension 2 of 3 from 1 to 17895 (a file has 1073741824 elements at most), found 65536"},
		{"product that overflows 64 bits", trainImages, idx(0x803, []uint32{1 << 30, 1 << 1, 1 << 31}), 8,
			"want dimension 2 of 3 from 1 to 1 (a file has 1073741824 elements at most), found 2"},
		{"most that is allowed, absent", trainImages, idx(0x803, []uint32{1 << 20, 1 << 5, 1 << 5}, 1, 2), 18,
			"want 1073741824 elements from offset 16 on, found the end of the file after 2 bytes"},
		{"images cut off", trainImages, images[:20], 20, "want 12 elements from offset 16 on, found the end of the file " +
			"after 4 bytes"},
		{"images cut off, then compressed", trainImages + gz, compress(images[:20]), 20,
			"want 12 elements from offset 16 on, found the end of the file after 4 bytes"},
		{"labels cut off", trainLabels, labels[:10], 10, "want 3 elements from offset 8 on, found the end of the file " +
			"after 2 bytes"},
		{"more than the header says", trainImages, append(bytes.Clone(images), 0xab), 28,
			"want the end of the file, found more, first 0xab"},
		{"more, compressed", trainImages + gz, compress(append(bytes.Clone(images), 0xab)), 28,
			"want the end of the file, found more, first 0xab"},
		{"gzip header cut off", trainImages + gz, zipped[:5], 0,
			"want a gzip header, found compressed data that is cut off after 0 bytes"},
		{"gzip method", trainImages + gz, []byte{0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0}, 0,
			"want a gzip header, found gzip: invalid header"},
		{"gzip checksum", trainImages + gz, flipped, 28, "want the end of the file, found gzip: invalid checksum"},
		{"gzip checksum cut off", trainImages + gz, zipped[:len(zipped)-1], 28,
			"want the end of the file, found compressed data that is cut off after 0 bytes"},
		{"deflate block type", trainLabels + gz, append(bytes.Clone(zippedLabels[:10]), 0xff), 0,
			"want a magic number of 4 bytes, found flate: corrupt input before offset 1"},
		{"no gzip after the gzip", trainImages + gz, append(bytes.Clone(zipped), "0123456789"...), 28,
			"want the end of the file, found gzip: invalid header"},
		{"label 10", trainLabels, idx(0x801, []uint32{3}, 5, 0, 10), 10, "want a label from 0 to 9 for row 2, found 10"},
		{"label 200", testLabels, idx(0x801, []uint32{2}, 200, 255), 8, "want a label from 0 to 9 for row 0, found 200"},
		{"a label less", trainLabels, idx(0x801, []uint32{2}, 5, 0), 4,
			"want 3 labels, one for each image of train-images-idx3-ubyte, found 2"},
		{"a label more", testLabels, idx(0x801, []uint32{3}, 5, 0, 1), 4,
			"want 2 labels, one for each image of t10k-images-idx3-ubyte, found 3"},
		{"other height", testImages, idx(0x803, []uint32{2, 1, 2}, make([]byte, 4)...), 8,
			"want 2×2 pixels, the size of the images of train-images-idx3-ubyte, found 1×2"},
		{"other width", testImages, idx(0x803, []uint32{2, 2, 3}, make([]byte, 12)...), 8,
			"want 2×2 pixels, the size of the images of train-images-idx3-ubyte, found 2×3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, plain := range sound() {
				if name != strings.TrimSuffix(test.file, gz) {
					fsys[name] = &fstest.MapFile{Data: plain}
				}
			}
			fsys[test.file] = &fstest.MapFile{Data: test.stored}
			_, err := Read(fsys)
			var fault *fileError
			if !errors.As(err, &fault) {
				t.Fatalf("error %v, want a *fileError", err)
			}
			if fault.Name != test.file || fault.Offset != test.offset {
				t.Errorf("fault in %s at %d, want %s at %d", fault.Name, fault.Offset, test.file, test.offset)
			}
			if _, got, _ := strings.Cut(err.Error(), ": want"); "want"+got != test.want {
				t.Errorf("error\n  %v\nwant it to end\n  %s", err, test.want)
			}
		})
	}
}

// Every fault is told, in the order of the files.
func TestReadFaults(t *testing.T) {
	_, err := Read(fstest.MapFS{
		trainLabels: &fstest.MapFile{Data: []byte{0}},
		testImages:  &fstest.MapFile{Data: sound()[testImages]},
	})
	const want = `train-images-idx3-ubyte.gz: no such file (nor train-images-idx3-ubyte, train-images.idx3-ubyte.gz, train-images.idx3-ubyte): file does not exist
train-labels-idx1-ubyte: offset 1: want a magic number of 4 bytes, found the end of the file after 1 bytes
t10k-labels-idx1-ubyte.gz: no such file (nor t10k-labels-idx1-ubyte, t10k-labels.idx1-ubyte.gz, t10k-labels.idx1-ubyte): file does not exist`
	if err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error("the error of a missing file is not fs.ErrNotExist")
	}
}

// The folders of testdata, as testdata/idx.py made and counted them.
func TestReadTestdata(t *testing.T) {
	for folder, want := range map[string]string{
		"bad/truncated": "train-images-idx3-ubyte.gz: offset 2760: want 7840 elements from offset 16 on, found the end of " +
			"the file after 2744 bytes",
		"bad/counts": "train-labels-idx1-ubyte.gz: offset 4: want 10 labels, one for each image of " +
			"train-images-idx3-ubyte.gz, found 9",
		"bad/label200": "train-labels-idx1-ubyte.gz: offset 11: want a label from 0 to 9 for row 3, found 200",
	} {
		if _, err := Read(os.DirFS("../../testdata/" + folder)); err == nil || err.Error() != want {
			t.Errorf("%s: error\n  %v\nwant\n  %s", folder, err, want)
		}
	}
	d, err := Read(os.DirFS("../../testdata/tiny"))
	if err != nil {
		t.Fatal(err)
	}
	checkSet(t, "tiny/train", d.Train, statistics{60, 28, 28, 1473254, 9234, [10]int{6, 6, 6, 6, 6, 6, 6, 6, 6, 6},
		[5]int{6, 9, 3, 9, 2}})
	checkSet(t, "tiny/t10k", d.Test, statistics{20, 28, 28, 483240, 3078, [10]int{2, 2, 2, 2, 2, 2, 2, 2, 2, 2},
		[5]int{3, 3, 9, 8, 5}})
}

// statistics are what tells one set from another.
type statistics struct {
	Images, Height, Width int
	Sum, NonZero          int     // of all pixels
	Classes               [10]int // images of each
	First                 [5]int  // labels
}

func checkSet(t *testing.T, name string, s *Set, want statistics) {
	t.Helper()
	got := statistics{Images: s.Len(), Height: s.Height, Width: s.Width}
	if len(s.Images) != s.Len()*s.Inputs() {
		t.Errorf("%s: %d pixels for %d images of %d", name, len(s.Images), s.Len(), s.Inputs())
	}
	for _, p := range s.Images {
		got.Sum += int(p)
		if p != 0 {
			got.NonZero++
		}
	}
	for i, y := range s.Labels {
		got.Classes[y]++
		if i < len(got.First) {
			got.First[i] = int(y)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}
