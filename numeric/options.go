package numeric

import (
	"cmp"
	"fmt"
	"math"
	"runtime"

	"gradtwin/internal/enum"
)

// Engine is the way the differences are computed.
type Engine uint8

// The engines.
const (
	// Incremental recomputes for each parameter only what its change reaches.
	Incremental Engine = iota
	// Plain runs the whole network twice for each parameter, as the experiment
	// does. It is the reference for the other.
	Plain
)

var engines = enum.New[Engine]("engine", "incremental", "plain")

// String returns the engine's name as UnmarshalText reads it.
func (e Engine) String() string { return engines.Of(e) }

// MarshalText implements encoding.TextMarshaler.
func (e Engine) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It reads the name of an engine: incremental or plain.
func (e *Engine) UnmarshalText(text []byte) error { return engines.Read(e, text) }

// Options changes how the gradient is computed. The zero value is the default
// of each field.
type Options struct {
	Engine  Engine
	Formula Formula
	// Step is the difference step h; 0 is the formula's own: DefaultStep for
	// Central, 1e-8 for Forward, 1e-3 for FivePoint.
	Step float64
	// Workers is the number of goroutines that share one gradient; 0 is
	// GOMAXPROCS. The plain engine has one.
	Workers int
	// Progress is called while a gradient is computed, with the number of its
	// elements done and their total; nil when nobody looks.
	Progress func(done, total int)
}

// resolve fills in the defaults, or tells what is wrong.
func (o Options) resolve() (Options, error) {
	if err := cmp.Or(engines.Check(o.Engine), formulas.Check(o.Formula)); err != nil {
		return o, err
	}
	if o.Step == 0 {
		o.Step = o.Formula.Step()
	}
	if err := checkStep(o.Step); err != nil {
		return o, err
	}
	if o.Workers < 0 {
		return o, fmt.Errorf("workers %d: want 0 or more", o.Workers)
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o, nil
}

func checkStep(h float64) error {
	if !(h > 0) || math.IsInf(h, 1) {
		return fmt.Errorf("difference step %v: want a finite number above 0", h)
	}
	return nil
}
