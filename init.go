package gradtwin

import (
	"fmt"
	"math"

	"gradtwin/internal/enum"
)

// Scheme is a rule for the spread of a layer's initial weights.
type Scheme uint8

// The schemes. Each draws from N(0, s²).
const (
	// Std has the same s in every layer.
	Std Scheme = iota
	// He has s = √(2/n) for a layer of n inputs, which keeps the size of the
	// outputs of ReLU from layer to layer: He, Zhang, Ren & Sun, "Delving deep into
	// rectifiers", ICCV (2015).
	He
	// Xavier has s = √(1/n), for sigmoid and tanh: Glorot & Bengio, "Understanding
	// the difficulty of training deep feedforward neural networks", AISTATS (2010),
	// in the form without the number of outputs that Saitoh's book gives.
	Xavier
)

var schemes = enum.New[Scheme]("init", "std", "he", "xavier")

// String returns the scheme's name: std, he or xavier.
func (s Scheme) String() string { return schemes.Of(s) }

// MarshalText implements encoding.TextMarshaler.
func (s Scheme) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: it reads what String returns.
func (s *Scheme) UnmarshalText(text []byte) error { return schemes.Read(s, text) }

// InitStd is the standard deviation of the experiment's initial weights.
const InitStd = 0.1

// Init says how initial weights are drawn. The zero value is the experiment's:
// N(0, InitStd²).
type Init struct {
	Scheme Scheme  `json:"scheme"`
	Std    float64 `json:"std,omitempty"` // of the scheme Std; 0 means InitStd
}

// Validate reports what is wrong with it, if anything is.
func (i Init) Validate() error {
	if err := schemes.Check(i.Scheme); err != nil {
		return err
	}
	if !(i.Std >= 0) || math.IsInf(i.Std, 0) {
		return fmt.Errorf("init-std %v: want a finite number, 0 or more", i.Std)
	}
	return nil
}

// spread returns s for a layer of n inputs.
func (i Init) spread(n int) float64 {
	switch {
	case i.Scheme == He:
		return math.Sqrt(2 / float64(n))
	case i.Scheme == Xavier:
		return math.Sqrt(1 / float64(n))
	case i.Std > 0:
		return i.Std
	}
	return InitStd
}

// Init draws the initial values: weights from N(0, s²), layer by layer and row by
// row, with s as how says; biases are zero.
func (p *Params) Init(r *Rand, how Init) {
	for k, t := range p.layout {
		x := p.At(k)
		if len(t.Shape) < 2 {
			clear(x)
			continue
		}
		s := how.spread(t.Shape[0])
		for i := range x {
			x[i] = s * r.Normal()
		}
	}
}
