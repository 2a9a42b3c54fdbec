package twin

import (
	"fmt"
	"math"
	"slices"

	"gradtwin"
	"gradtwin/internal/enum"
)

// Policy says how the batches of a run are drawn.
type Policy uint8

// The experiment's two policies.
const (
	SGD   Policy = iota // a batch is drawn anew at every step
	Fixed               // one batch is drawn and used at every step
)

var policies = enum.New[Policy]("policy", "sgd", "fixed")

// String returns the policy's name as UnmarshalText reads it.
func (p Policy) String() string { return policies.Of(p) }

// MarshalText implements encoding.TextMarshaler.
func (p Policy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It reads the name of a policy: sgd or fixed.
func (p *Policy) UnmarshalText(text []byte) error { return policies.Read(p, text) }

// Data is a set of labelled rows to draw batches from.
type Data interface {
	// Len returns the number of rows.
	Len() int
	// Batch fills dst with the given rows, reusing its memory.
	Batch(dst *gradtwin.Batch, rows []int)
}

// Config is everything that decides a training run, but for the backend and
// the data: two runs of equal Config see the same weights and batches.
type Config struct {
	Spec   gradtwin.Spec `json:"spec"`
	Init   gradtwin.Init `json:"init"`
	Seed   uint32        `json:"seed"`
	Policy Policy        `json:"batches"`
	Batch  int           `json:"batch"` // rows in a batch
	Steps  int           `json:"steps"` // updates of the weights
	Inner  int           `json:"inner"` // updates on each drawn batch before the next draw
	LR     float64       `json:"lr"`    // learning rate
}

// Experiment returns the experiment's SGD run: 1,000 updates at learning rate
// 0.01 on batches of 10 rows, from seed 8.
func Experiment() Config {
	return Config{Spec: gradtwin.Experiment(), Seed: 8, Policy: SGD, Batch: 10, Steps: 1000, Inner: 1, LR: 0.01}
}

// Validate returns what is wrong with the configuration for a data set of the given
// number of rows, nil if nothing is.
func (c Config) Validate(rows int) error {
	if err := c.Spec.Validate(); err != nil {
		return err
	}
	if err := c.Init.Validate(); err != nil {
		return err
	}
	if err := policies.Check(c.Policy); err != nil {
		return err
	}
	switch {
	case c.Batch < 1 || c.Batch > rows:
		return fmt.Errorf("batch %d: want 1 to %d, the rows of the data set", c.Batch, rows)
	case c.Steps < 1:
		return fmt.Errorf("steps %d: want at least 1", c.Steps)
	case c.Inner < 1:
		return fmt.Errorf("inner %d: want at least 1", c.Inner)
	case !(c.LR > 0) || math.IsInf(c.LR, 0):
		return fmt.Errorf("learning rate %v: want a finite number above 0", c.LR)
	}
	return nil
}

// Sampler draws the batches of a run, one per step. A batch is valid until the next
// is drawn.
type Sampler struct {
	config Config
	data   Data
	batch  gradtwin.Batch
	position
	before position // the last step's batch was handed out
}

// position is where a sampler stands in its run.
type position struct {
	rand  gradtwin.Rand
	rows  []int // of the batch that was drawn last; nil before the first
	given int   // steps that got their batch
}

// Begin draws a run's initial parameters and returns them with the sampler of its
// batches. The draws come in the experiment's order: with SGD the parameters
// first, with Fixed the batch first.
func Begin(c Config, data Data) (*gradtwin.Params, *Sampler, error) {
	if err := c.Validate(data.Len()); err != nil {
		return nil, nil, err
	}
	s := &Sampler{config: c, data: data, position: position{rand: *gradtwin.NewRand(c.Seed)}}
	if c.Policy == Fixed {
		s.draw()
	}
	p := gradtwin.NewParams(c.Spec)
	p.Init(&s.rand, c.Init)
	return p, s, nil
}

// State is where a sampler stands between two steps. With the parameters it is
// all that the rest of a run depends on.
type State struct {
	Step int    `json:"step"` // steps done
	Rand []byte `json:"rand"` // the generator's state
	Rows []int  `json:"rows"` // of the batch that was drawn last
}

// State returns where the sampler stands.
func (s *Sampler) State() (State, error) {
	r, err := s.rand.MarshalBinary()
	return State{Step: s.given, Rand: r, Rows: slices.Clone(s.rows)}, err
}

// Resume returns a sampler that continues where another one stood.
func Resume(c Config, data Data, at State) (*Sampler, error) {
	if err := c.Validate(data.Len()); err != nil {
		return nil, err
	}
	s := &Sampler{config: c, data: data}
	if err := s.rand.UnmarshalBinary(at.Rand); err != nil {
		return nil, err
	}
	if at.Step < 0 || at.Step > c.Steps {
		return nil, fmt.Errorf("step %d of a run of %d steps", at.Step, c.Steps)
	}
	if want := at.Step > 0 || c.Policy == Fixed; want && len(at.Rows) != c.Batch {
		return nil, fmt.Errorf("batch of %d rows at step %d: want %d", len(at.Rows), at.Step, c.Batch)
	}
	for _, r := range at.Rows {
		if r < 0 || r >= data.Len() {
			return nil, fmt.Errorf("row %d of a data set of %d rows", r, data.Len())
		}
	}
	s.given, s.rows = at.Step, slices.Clone(at.Rows)
	if len(s.rows) > 0 {
		data.Batch(&s.batch, s.rows)
	}
	return s, nil
}

// Config returns the run's configuration.
func (s *Sampler) Config() Config { return s.config }

// Done returns the number of steps whose batch was drawn.
func (s *Sampler) Done() int { return s.given }

func (s *Sampler) draw() {
	s.rows = make([]int, s.config.Batch) // the old ones are before's
	s.rand.Choice(s.rows, s.data.Len())
	s.data.Batch(&s.batch, s.rows)
}

// Next returns the batch of the next step.
func (s *Sampler) Next() gradtwin.Batch {
	s.before = s.position
	if s.rows == nil || s.config.Policy == SGD && s.given%s.config.Inner == 0 {
		s.draw()
	}
	s.given++
	return s.batch
}

// undo takes the last call of Next back: its step failed.
func (s *Sampler) undo() {
	s.position = s.before
	if s.rows != nil {
		s.data.Batch(&s.batch, s.rows)
	}
}
