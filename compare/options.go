package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gradtwin"
	"gradtwin/internal/enum"
)

// Mode says which elements a check judges, and how.
type Mode uint8

// The modes.
const (
	// Auto is Full where that is cheap: for a Differencer, and for up to 512
	// elements. Otherwise it is Probe, and Sample after it.
	Auto Mode = iota
	// Full judges every element by itself: two loss calls each, or one full
	// finite-difference gradient where the function is a Differencer.
	Full
	// Sample judges a seeded sample of elements, stratified by tensor.
	Sample
	// Probe judges every tensor along random directions, and looks for the
	// wrong element only where that fails. See Probed for what it cannot see,
	// and the package comment for what it costs.
	Probe
)

var modes = enum.New[Mode]("check mode", "auto", "full", "sample", "probe")

// String returns the mode's name as UnmarshalText reads it.
func (m Mode) String() string { return modes.Of(m) }

// MarshalText implements encoding.TextMarshaler.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It reads the name of a mode: auto, full, sample or probe.
func (m *Mode) UnmarshalText(text []byte) error { return modes.Read(m, text) }

// Options says how a gradient is checked. The zero value is right for most: it
// judges everything where that is cheap, and otherwise certifies every tensor
// along random directions, names a wrong element where one shows, and judges
// 128 elements one by one (see Auto). What it did not judge, the report says.
type Options struct {
	Mode Mode `json:"mode"`
	// Samples is how many elements Sample judges in all; 0 is 128. Every tensor
	// gets at least four of them, its largest gradient first, and the rest go
	// by size. It is raised when the tensors need more.
	Samples int `json:"samples,omitempty"`
	// Tensors names what is to be checked; nil is every tensor.
	Tensors []string `json:"tensors,omitempty"`
	// Allow names tensors that may be unseen or inconclusive as a whole: without
	// it such a tensor makes the check not judged.
	Allow []string `json:"allow,omitempty"`
	// Seed decides the sample and the directions.
	Seed uint32 `json:"seed"`
	// Strict makes a check not judged where a single element is unseen or
	// inconclusive.
	Strict bool `json:"strict,omitempty"`
	// MaxCalls limits the calls of Loss; 0 means no limit. It is divided among the
	// parts of the check beforehand, and the report says what was left out. The
	// calls that every check begins with (two, and 36 or more to measure the
	// noise) are made in any case.
	MaxCalls int `json:"max_calls,omitempty"`
	// MaxTime limits the duration; 0 means no limit. No call of the function begins
	// after it. With it two runs may judge different numbers of elements.
	MaxTime time.Duration `json:"max_time,omitempty"`
	// Workers is how many goroutines judge elements, each with a function of
	// its own; 0 is GOMAXPROCS. A function that is no Cloner has one. The
	// report does not depend on it.
	Workers int `json:"workers,omitempty"`
	// Rtol is the relative difference that passes; 0 is 1e-7.
	Rtol float64 `json:"rtol,omitempty"`
	// C is how many times the measured noise of a difference passes; 0 is 10.
	C float64 `json:"c,omitempty"`
	// Step is where the first difference of an element is taken: Step·max(1, |x|).
	// Where it decides nothing, the checker's own steps follow. 0 begins with
	// those: 1e-5, and more where the loss's noise asks for it.
	Step float64 `json:"step,omitempty"`
	// Points is at how many points the check is made: where the function stands,
	// which is all that 0 and 1 ask for, and beside it, each with a draw of its own
	// of what is random and held (see Redrawer). A fault that shows with some
	// values only, as a maximum taken of the wrong elements, can pass at one point.
	// See Report.Points. The calls of MaxCalls and the time of MaxTime are divided
	// among the points.
	Points int `json:"points,omitempty"`
	// Order is which derivative is checked: 0 and 1 the gradient, 2 the
	// gradient of the gradient along a direction drawn from Seed, for a
	// function that is a SecondOrder. Where that cannot be had, the error says
	// what stands in the way.
	Order int `json:"order,omitempty"`
	// Taylor measures the rate at which the Taylor remainder
	// |f(x+hw) − f(x) − h·g·w| falls with h: 2 for a right gradient.
	Taylor bool `json:"taylor,omitempty"`
	// Progress is called now and then, from the goroutine that called Check,
	// with how many elements (in Probe: tensors) are done; nil calls nothing.
	Progress func(done, total int) `json:"-"`
	// Each is called for every element that was judged one by one, in the order
	// of their places, from the goroutine that called Check, once the check is
	// done. An element that was not followed further, because enough others were wrong
	// (see TensorReport.Unfollowed), has the verdict Inconclusive. Of several Points
	// it gets those of the one that the report is of. nil calls nothing.
	Each func(Element) `json:"-"`
}

const (
	// defaultRtol leaves room for the curvature inside ±h, h²|f‴|/6, so that two
	// calls are enough for most elements.
	defaultRtol = 1e-7
	// defaultC makes a false alarm a matter of more than ten standard
	// deviations: a central difference of noise ε has ε/(√2·h).
	defaultC = 10
	// defaultStep is near the cube root of the unit roundoff, where curvature
	// and noise of a function of scale 1 are equal.
	defaultStep = 1e-5
	// maxStep bounds the step that the loss's noise asks for.
	maxStep = 1e-2
	// defaultSamples judges a dozen or more elements of each tensor of a usual
	// network, in well under a second.
	defaultSamples = 128
)

// asked returns the options without what has no influence on the report.
func (o Options) asked() Options {
	o.Workers, o.Progress, o.Each = 0, nil, nil
	return o
}

// resolve returns the options with the defaults in place of zeros, or what is
// wrong with them or the layout.
func (o Options) resolve(layout gradtwin.Layout) (Options, error) {
	if err := validateLayout(layout); err != nil {
		return o, err
	}
	if err := modes.Check(o.Mode); err != nil {
		return o, err
	}
	switch {
	case o.Order < 0 || o.Order > 2:
		return o, fmt.Errorf("order %d: want 1 or 2", o.Order)
	case o.Points < 0:
		return o, fmt.Errorf("points %d: want 0 or more", o.Points)
	case o.Samples < 0:
		return o, fmt.Errorf("samples %d: want 0 or more", o.Samples)
	case o.MaxCalls < 0:
		return o, fmt.Errorf("max calls %d: want 0 or more", o.MaxCalls)
	case o.MaxTime < 0:
		return o, fmt.Errorf("max time %v: want 0 or more", o.MaxTime)
	case o.Workers < 0:
		return o, fmt.Errorf("workers %d: want 0 or more", o.Workers)
	case !(o.Rtol >= 0 && o.Rtol < 1):
		return o, fmt.Errorf("rtol %v: want 0 <= rtol < 1", o.Rtol)
	case !(o.C >= 0) || math.IsInf(o.C, 0):
		return o, fmt.Errorf("noise factor C %v: want a finite number, 0 or more", o.C)
	case !(o.Step >= 0) || math.IsInf(o.Step, 0):
		return o, fmt.Errorf("step %v: want a finite number, 0 or more", o.Step)
	}
	for _, name := range slices.Concat(o.Tensors, o.Allow) {
		if !slices.ContainsFunc(layout, func(t gradtwin.Tensor) bool { return t.Name == name }) {
			return o, &UnknownTensorError{Name: name, Layout: layout}
		}
	}
	if len(selectTensors(layout, o.Tensors)) == 0 {
		return o, ErrNoParameters
	}
	if o.Samples == 0 {
		o.Samples = defaultSamples
	}
	if o.Rtol == 0 {
		o.Rtol = defaultRtol
	}
	if o.C == 0 {
		o.C = defaultC
	}
	return o, nil
}

// replay is the Go code that repeats the check.
func replay(o Options) string {
	parts := []string{fmt.Sprintf("Mode: compare.%s", strings.ToUpper(o.Mode.String()[:1])+o.Mode.String()[1:]),
		fmt.Sprintf("Seed: %d", o.Seed)}
	add := func(given bool, format string, value any) {
		if given {
			parts = append(parts, fmt.Sprintf(format, value))
		}
	}
	add(o.Samples > 0, "Samples: %d", o.Samples)
	add(o.Tensors != nil, "Tensors: %#v", o.Tensors)
	add(o.Allow != nil, "Allow: %#v", o.Allow)
	add(o.Strict, "Strict: %v", o.Strict)
	add(o.MaxCalls > 0, "MaxCalls: %d", o.MaxCalls)
	add(o.MaxTime > 0, "MaxTime: %d", int64(o.MaxTime))
	add(o.Rtol > 0, "Rtol: %v", o.Rtol)
	add(o.C > 0, "C: %v", o.C)
	add(o.Step > 0, "Step: %v", o.Step)
	add(o.Points > 1, "Points: %d", o.Points)
	add(o.Order > 1, "Order: %d", o.Order)
	add(o.Taylor, "Taylor: %v", o.Taylor)
	return "compare.Options{" + strings.Join(parts, ", ") + "}"
}
