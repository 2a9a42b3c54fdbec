// Package weights reads and writes the weights of a trained network as an .npz
// file: the matrices W1, W2, …, inputs×outputs, and the biases b1, b2, …, which is
// the layout of a dictionary of NumPy arrays that numpy.savez has saved.
package weights

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/sys/atomicwriter"

	"gradtwin"
	"gradtwin/internal/npz"
	"gradtwin/internal/stats"
	"gradtwin/internal/words"
)

// Weights is what a file holds.
type Weights struct {
	// Layers are the sizes from the input to the output, by the shapes of the
	// matrices.
	Layers []int
	// Activation is the activation that the network was trained with; Known is
	// false where the file does not say, as NumPy's own do not.
	Activation gradtwin.Activation
	Known      bool
	Params     *gradtwin.Params
}

// activationMember is an array with the name of the activation as bytes. A file
// without it is read too.
const activationMember = "activation"

// inflation is how many bytes a byte of a compressed file may become: far more
// than of weights.
const inflation = 100

// Write writes the parameters of a network to a file: to a temporary one first,
// which is then renamed.
func Write(path string, activation gradtwin.Activation, p *gradtwin.Params) error {
	content, err := encode(activation, p)
	if err == nil {
		err = atomicwriter.WriteFile(path, content, 0o644)
	}
	if err != nil {
		return fmt.Errorf("write weights %s: %w", path, err)
	}
	return nil
}

func encode(activation gradtwin.Activation, p *gradtwin.Params) ([]byte, error) {
	var buf bytes.Buffer
	archive := npz.NewWriter(&buf)
	for k, t := range p.Layout() {
		file, err := npz.Encode(t.Shape, p.At(k))
		if err != nil {
			return nil, err
		}
		if err := archive.Add(t.Name, file); err != nil {
			return nil, err
		}
	}
	name := []byte(activation.String())
	file, err := npz.Encode([]int{len(name)}, name)
	if err != nil {
		return nil, err
	}
	if err := archive.Add(activationMember, file); err != nil {
		return nil, err
	}
	err = archive.Close()
	return buf.Bytes(), err
}

// Read returns what a file holds, in float64 or float32, or an error that says
// which array is not as it should be.
func Read(path string) (*Weights, error) {
	content, err := npz.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	w, err := decode(content)
	if err != nil {
		return nil, fmt.Errorf("weights %s: %w", path, err)
	}
	return w, nil
}

// array is one array of a file.
type array struct {
	shape []int
	data  []float64
}

func (a array) String() string { return words.Shape(a.shape) }

func decode(content []byte) (*Weights, error) {
	members, err := npz.Open(content, inflation)
	if err != nil {
		return nil, err
	}
	w := &Weights{}
	arrays := map[string]array{}
	for _, m := range members {
		file, err := m.Bytes()
		if err != nil {
			return nil, err
		}
		if _, twice := arrays[m.Name]; twice || m.Name == activationMember && w.Known {
			return nil, fmt.Errorf("a second array %s", m.Name)
		}
		if m.Name == activationMember {
			err = w.readActivation(file)
		} else {
			arrays[m.Name], err = readArray(file)
		}
		if err != nil {
			return nil, fmt.Errorf("array %s: %w", m.Name, err)
		}
	}
	if w.Layers, err = layers(arrays); err != nil {
		return nil, err
	}
	spec := gradtwin.Spec{Layers: w.Layers}
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	w.Params = gradtwin.NewParams(spec)
	for k, t := range w.Params.Layout() {
		for i, x := range arrays[t.Name].data {
			if stats.IsNotFinite(x) {
				return nil, fmt.Errorf("%s is %v: want a finite number", t.Element(i), x)
			}
		}
		copy(w.Params.At(k), arrays[t.Name].data)
	}
	return w, nil
}

func (w *Weights) readActivation(file []byte) error {
	_, name, err := npz.Decode[byte](file)
	if err != nil {
		return err
	}
	w.Known = true
	return w.Activation.UnmarshalText(name)
}

// readArray reads an array of float64 or float32.
func readArray(file []byte) (array, error) {
	shape, data, err := npz.Decode[float64](file)
	if err == nil {
		return array{shape, data}, nil
	}
	shape, narrow, err32 := npz.Decode[float32](file)
	if err32 != nil {
		return array{}, err
	}
	for _, v := range narrow {
		data = append(data, float64(v))
	}
	return array{shape, data}, nil
}

// layers returns the sizes of the network that the arrays are of, or how they
// are none.
func layers(arrays map[string]array) ([]int, error) {
	var sizes []int
	n := 0
	for ; ; n++ {
		name := strconv.Itoa(n + 1)
		w, there := arrays["W"+name]
		if !there {
			break
		}
		b, hasBias := arrays["b"+name]
		switch {
		case len(w.shape) != 2:
			return nil, fmt.Errorf("array W%s of shape %v: want inputs×outputs", name, w)
		case n > 0 && w.shape[0] != sizes[n]:
			return nil, fmt.Errorf("array W%s of shape %v after W%d of shape %v: want %d×outputs", name, w, n,
				arrays["W"+strconv.Itoa(n)], sizes[n])
		case !hasBias:
			return nil, fmt.Errorf("no b%s for W%s of shape %v: want one of shape %d", name, name, w, w.shape[1])
		case len(b.shape) != 1 || b.shape[0] != w.shape[1]:
			return nil, fmt.Errorf("array b%s of shape %v for W%s of shape %v: want %d", name, b, name, w, w.shape[1])
		}
		if n == 0 {
			sizes = []int{w.shape[0]}
		}
		sizes = append(sizes, w.shape[1])
	}
	if n == 0 || len(arrays) != 2*n {
		return nil, fmt.Errorf("it has %s: want W1, b1, W2, b2, … and nothing else", list(arrays))
	}
	return sizes, nil
}

// maxListed is how many arrays of a file an error names.
const maxListed = 12

// list names arrays and their shapes.
func list(arrays map[string]array) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		names = append(names, name+" "+arrays[name].String())
	}
	if len(names) == 0 {
		return "no arrays"
	}
	if more := len(names) - maxListed; more > 0 {
		names = append(names[:maxListed], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// Matches returns an error that says how the weights are not those of a network
// with these layers and this activation, nil where they are.
func (w *Weights) Matches(s gradtwin.Spec) error {
	if !slices.Equal(w.Layers, s.Layers) {
		for l := range min(len(w.Layers), len(s.Layers)) - 1 {
			if a, b := w.Layers[l:l+2], s.Layers[l:l+2]; !slices.Equal(a, b) {
				return fmt.Errorf("array W%d of shape %s: want %s, for layers %v", l+1, words.Shape(a), words.Shape(b), s.Layers)
			}
		}
		return fmt.Errorf("layers %v: want %v", w.Layers, s.Layers)
	}
	if w.Known && w.Activation != s.Activation {
		return errors.New("they were trained with " + w.Activation.String() + ": want " + s.Activation.String())
	}
	return nil
}
