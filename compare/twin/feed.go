package twin

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gradtwin"
)

// Policy says how the batches of a run are drawn.
type Policy uint8

// The experiment's two policies.
const (
	SGD   Policy = iota // a batch is drawn anew at every step
	Fixed               // one batch is drawn and used at every step
)

var policyNames = [...]string{SGD: "sgd", Fixed: "fixed"}

// ParsePolicy reads the name of a policy: sgd or fixed.
func ParsePolicy(name string) (Policy, error) {
	if i := slices.Index(policyNames[:], name); i >= 0 {
		return Policy(i), nil
	}
	return 0, fmt.Errorf("policy %q: want one of %s", name, strings.Join(policyNames[:], ", "))
}

// String returns the policy's name as ParsePolicy reads it.
func (p Policy) String() string {
	if int(p) < len(policyNames) {
		return policyNames[p]
	}
	return fmt.Sprintf("Policy(%d)", uint8(p))
}

// MarshalText implements encoding.TextMarshaler.
func (p Policy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Policy) UnmarshalText(text []byte) error {
	v, err := ParsePolicy(string(text))
	if err == nil {
		*p = v
	}
	return err
}

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

// Validate tells what is wrong with the configuration for a data set of the
// given number of rows, if anything is.
func (c Config) Validate(rows int) error {
	if err := c.Spec.Validate(); err != nil {
		return err
	}
	if err := c.Init.Validate(); err != nil {
		return err
	}
	switch {
	case int(c.Policy) >= len(policyNames):
		return fmt.Errorf("policy %v: want one of %s", c.Policy, strings.Join(policyNames[:], ", "))
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

// Feed hands out the batches of a run, one a step. A batch stays valid until
// the next is drawn.
type Feed struct {
	config Config
	data   Data
	batch  gradtwin.Batch
	position
	before position // the last step's batch was handed out
}

// position is how far a feed has come.
type position struct {
	rand  gradtwin.Rand
	rows  []int // of the batch that was drawn last; nil before the first
	given int   // steps that got their batch
}

// Begin draws a run's initial parameters and returns them with the feed of its
// batches. The draws come in the experiment's order: with SGD the parameters
// first, with Fixed the batch first.
func Begin(c Config, data Data) (*gradtwin.Params, *Feed, error) {
	if err := c.Validate(data.Len()); err != nil {
		return nil, nil, err
	}
	f := &Feed{config: c, data: data, position: position{rand: *gradtwin.NewRand(c.Seed)}}
	if c.Policy == Fixed {
		f.draw()
	}
	p := gradtwin.NewParams(c.Spec)
	p.Init(&f.rand, c.Init)
	return p, f, nil
}

// State is where a feed stands between two steps. With the parameters it is
// all that the rest of a run depends on.
type State struct {
	Step int    `json:"step"` // steps done
	Rand []byte `json:"rand"` // the generator's state
	Rows []int  `json:"rows"` // of the batch that was drawn last
}

// State returns where the feed stands.
func (f *Feed) State() (State, error) {
	r, err := f.rand.MarshalBinary()
	return State{Step: f.given, Rand: r, Rows: slices.Clone(f.rows)}, err
}

// Resume returns a feed that goes on where another one stood.
func Resume(c Config, data Data, s State) (*Feed, error) {
	if err := c.Validate(data.Len()); err != nil {
		return nil, err
	}
	f := &Feed{config: c, data: data}
	if err := f.rand.UnmarshalBinary(s.Rand); err != nil {
		return nil, err
	}
	if s.Step < 0 || s.Step > c.Steps {
		return nil, fmt.Errorf("step %d of a run of %d steps", s.Step, c.Steps)
	}
	if want := s.Step > 0 || c.Policy == Fixed; want && len(s.Rows) != c.Batch {
		return nil, fmt.Errorf("batch of %d rows at step %d: want %d", len(s.Rows), s.Step, c.Batch)
	}
	for _, r := range s.Rows {
		if r < 0 || r >= data.Len() {
			return nil, fmt.Errorf("row %d of a data set of %d rows", r, data.Len())
		}
	}
	f.given, f.rows = s.Step, slices.Clone(s.Rows)
	if len(f.rows) > 0 {
		data.Batch(&f.batch, f.rows)
	}
	return f, nil
}

// Config returns the run's configuration.
func (f *Feed) Config() Config { return f.config }

// Done returns the number of steps that got their batch.
func (f *Feed) Done() int { return f.given }

func (f *Feed) draw() {
	f.rows = make([]int, f.config.Batch) // the old ones are before's
	f.rand.Choice(f.rows, f.data.Len())
	f.data.Batch(&f.batch, f.rows)
}

// Next returns the batch of the next step.
func (f *Feed) Next() gradtwin.Batch {
	f.before = f.position
	if f.rows == nil || f.config.Policy == SGD && f.given%f.config.Inner == 0 {
		f.draw()
	}
	f.given++
	return f.batch
}

// undo takes the last call of Next back: its step came to nothing.
func (f *Feed) undo() {
	f.position = f.before
	if f.rows != nil {
		f.data.Batch(&f.batch, f.rows)
	}
}
