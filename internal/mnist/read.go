package mnist

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
)

// classes is the number of classes: labels are 0 to classes−1.
const classes = 10

// File is what was read of one file.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // of the file as it is stored, in hexadecimal
	Known  bool   `json:"known"`  // the sum is that of MNIST's own file
	Count  int    `json:"count"`  // images or labels
	Shape  []int  `json:"shape"`  // as in the header: count, height and width, or count
}

// Data is a whole data set.
type Data struct {
	Train, Test *Set
	// Files holds the four files: the training set's images and labels, then
	// the test set's.
	Files []File
	// Warnings holds a sentence for each file that is sound but not MNIST's.
	Warnings []string
}

// part is one of the four files, named as MNIST names it but for the ending.
type part struct {
	name  string
	magic uint32
	sums  [2]string // of MNIST's own file: compressed, plain
}

// The sums of the compressed files are those that the Go projects that use
// them publish.
var parts = [4]part{
	{"train-images-idx3-ubyte", magicImages, [2]string{
		"440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
		"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
	}},
	{"train-labels-idx1-ubyte", magicLabels, [2]string{
		"3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
		"65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
	}},
	{"t10k-images-idx3-ubyte", magicImages, [2]string{
		"8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
		"0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
	}},
	{"t10k-labels-idx1-ubyte", magicLabels, [2]string{
		"f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
		"ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
	}},
}

// spellings returns the names the file may have, the first that is there
// counts: MNIST's own with and without .gz, then those with a dot.
func (p part) spellings() []string {
	dotted := strings.Replace(p.name, "-idx", ".idx", 1)
	return []string{p.name + ".gz", p.name, dotted + ".gz", dotted}
}

// find returns the name the file has in fsys, or an error that wraps
// fs.ErrNotExist.
func (p part) find(fsys fs.FS) (string, error) {
	names := p.spellings()
	for _, name := range names {
		switch info, err := fs.Stat(fsys, name); {
		case err == nil && info.Mode().IsRegular():
			return name, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
	}
	return "", fmt.Errorf("%s: no such file (nor %s): %w", names[0], strings.Join(names[1:], ", "), fs.ErrNotExist)
}

// content is one file as it was read.
type content struct {
	File
	elements []byte
}

// read reads the file from fsys and hashes it on the way.
func (p part) read(fsys fs.FS) (c content, err error) {
	if c.Name, err = p.find(fsys); err != nil {
		return c, err
	}
	f, err := fsys.Open(c.Name)
	if err != nil {
		return c, err
	}
	defer f.Close()
	hash := sha256.New()
	if c.Shape, c.elements, err = readIDX(c.Name, io.TeeReader(f, hash), p.magic); err != nil {
		return c, err
	}
	c.Count = c.Shape[0]
	c.SHA256 = hex.EncodeToString(hash.Sum(nil))
	c.Known = c.SHA256 == p.sums[0] || c.SHA256 == p.sums[1]
	return c, nil
}

// Read reads a data set: the four files of MNIST's names in the root of fsys,
// compressed with gzip or plain. A file that is missing, damaged or does not
// go with the others is an error, a *fileError where it is about what a file
// holds; of several faults, all are in it. A file whose SHA-256 is not that of
// MNIST's own is a warning.
func Read(fsys fs.FS) (*Data, error) {
	var (
		contents [len(parts)]content
		errs     [len(parts)]error
		wg       sync.WaitGroup
	)
	for i, p := range parts {
		wg.Go(func() { contents[i], errs[i] = p.read(fsys) })
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	train, trainErr := newSet(contents[0], contents[1])
	test, testErr := newSet(contents[2], contents[3])
	if err := errors.Join(trainErr, testErr, sameSize(contents[0], contents[2])); err != nil {
		return nil, err
	}
	d := &Data{Train: train, Test: test}
	for _, c := range contents {
		d.Files = append(d.Files, c.File)
		if !c.Known {
			d.Warnings = append(d.Warnings, fmt.Sprintf("%s: SHA-256 %s is not MNIST's: another data set, or a changed file",
				c.Name, c.SHA256))
		}
	}
	return d, nil
}

// newSet puts images and labels together.
func newSet(images, labels content) (*Set, error) {
	if labels.Count != images.Count {
		return nil, &fileError{
			Name: labels.Name, Offset: 4,
			Want:  fmt.Sprintf("%d labels, one for each image of %s", images.Count, images.Name),
			Found: fmt.Sprint(labels.Count),
		}
	}
	const header = 8 // bytes before the labels
	for row, label := range labels.elements {
		if label >= classes {
			return nil, &fileError{
				Name: labels.Name, Offset: header + int64(row),
				Want:  fmt.Sprintf("a label from 0 to %d for row %d", classes-1, row),
				Found: fmt.Sprint(label),
			}
		}
	}
	return &Set{Images: images.elements, Labels: labels.elements, Height: images.Shape[1], Width: images.Shape[2]}, nil
}

// sameSize checks that the images of both sets have the same size.
func sameSize(train, test content) error {
	if train.Shape[1] == test.Shape[1] && train.Shape[2] == test.Shape[2] {
		return nil
	}
	return &fileError{
		Name: test.Name, Offset: 8,
		Want:  fmt.Sprintf("%d×%d pixels, the size of the images of %s", train.Shape[1], train.Shape[2], train.Name),
		Found: fmt.Sprintf("%d×%d", test.Shape[1], test.Shape[2]),
	}
}
