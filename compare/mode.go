package compare

import (
	"fmt"
	"slices"
	"strings"
)

// Mode says which elements a check judges, and how.
type Mode uint8

// The modes.
const (
	// Auto is Full where that is cheap: for a Differencer, and for up to 512
	// elements. Otherwise it is Probe, and Sample after it.
	Auto Mode = iota
	// Full judges every element by itself: two loss calls each, or one whole
	// numerical gradient where the function is a Differencer.
	Full
	// Sample judges a seeded sample of elements, stratified by tensor.
	Sample
	// Probe judges every tensor along random directions, and looks for the
	// wrong element only where that fails: about 60 loss calls for six tensors,
	// and some 300 more for a wrong element among 45,360. See Probed for what
	// it cannot see.
	Probe
)

var modeNames = [...]string{Auto: "auto", Full: "full", Sample: "sample", Probe: "probe"}

// String returns the mode's name as UnmarshalText reads it.
func (m Mode) String() string {
	if int(m) < len(modeNames) {
		return modeNames[m]
	}
	return fmt.Sprintf("Mode(%d)", uint8(m))
}

// MarshalText implements encoding.TextMarshaler.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It reads the name of a mode: auto, full, sample or probe.
func (m *Mode) UnmarshalText(text []byte) error {
	i := slices.Index(modeNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("check mode %q: want one of %s", text, strings.Join(modeNames[:], ", "))
	}
	*m = Mode(i)
	return nil
}
