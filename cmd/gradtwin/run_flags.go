package main

import (
	"context"
	"math"

	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/progress"
	"gradtwin/numeric"
)

// both is the value of --policy that asks for one run of each policy.
const both = "both"

// runFlags say which network is trained on which batches.
type runFlags struct {
	data       string
	seed       uint32
	policy     string
	batch      int
	steps      int
	inner      int
	lr         float64
	layers     []int
	activation string
	delta      float64
	init       string
	initStd    float64
	dtype      string // of the graph backend

	engine  string
	formula string
	h       float64 // 0 until numericOptions: the formula's own
	yes     bool

	severalRuns bool // the command takes both for --policy
}

// addTo adds the flags of a training run to a command. Their defaults are the
// experiment's.
func (f *runFlags) addTo(cmd *cobra.Command, policy string) {
	f.addNetwork(cmd, policy)
	d := twin.Experiment()
	s := cmd.Flags()
	s.IntVar(&f.steps, "steps", d.Steps, "updates of the weights")
	s.IntVar(&f.inner, "inner", d.Inner, "updates on each batch before the next is drawn")
	if s.Lookup("lr") == nil { // rates has its own
		s.Float64Var(&f.lr, "lr", d.LR, "learning rate")
	}
	s.StringVar(&f.formula, "formula", f.formula, "numeric backend's differences: central, forward or five-point")
	s.Float64Var(&f.h, "diff-step", 0, "their step h; 0 is the formula's own: 1e-4, 1e-8 or 1e-3")
	s.BoolVar(&f.yes, "yes", false, "run even if it takes long")
}

// addNetwork adds the flags that say which network is fed what.
func (f *runFlags) addNetwork(cmd *cobra.Command, policy string) {
	d := twin.Experiment()
	f.steps, f.inner, f.lr, f.formula = d.Steps, d.Inner, d.LR, numeric.Central.String()
	s := cmd.Flags()
	s.SortFlags = false
	s.StringVar(&f.data, "data", "", "folder with the four files in MNIST's format (default: $GRADTWIN_DATA, then the Go module cache)")
	s.Uint32Var(&f.seed, "seed", d.Seed, "seed of the weights and the batches")
	f.severalRuns = policy == both
	usage := "which batches: sgd draws one anew at every step, fixed keeps the first"
	if f.severalRuns {
		usage += "; both runs one after the other"
	}
	s.StringVar(&f.policy, "policy", policy, usage)
	bench := s.Lookup("batch") != nil // it has its own of these three
	if !bench {
		s.IntVar(&f.batch, "batch", d.Batch, "rows in a batch")
		s.StringVar(&f.dtype, "dtype", dtype64, "what the graph backend computes in: float64 or float32; the numeric one is float64")
	}
	s.IntSliceVar(&f.layers, "layers", d.Spec.Layers, "layer sizes from the input to the output")
	s.StringVar(&f.activation, "activation", d.Spec.Activation.String(), "relu, sigmoid or tanh")
	s.Float64Var(&f.delta, "delta", d.Spec.Delta, "the δ inside the loss's logarithm")
	s.StringVar(&f.init, "init", d.Init.Scheme.String(), "initial weights N(0, s²): std (s is --init-std), he (s² is 2 over a layer's inputs) or xavier (1 over them)")
	s.Float64Var(&f.initStd, "init-std", gradtwin.InitStd, "the s of --init std")
	f.engine = numeric.Incremental.String()
	if !bench {
		s.StringVar(&f.engine, "engine", f.engine, "numeric engine: incremental, or plain (whole forward passes, slow)")
	}
}

// prepared is what every run begins with.
type prepared struct {
	reporter *progress.Reporter
	options  numeric.Options
	data     *dataset
	configs  []twin.Config
}

// prepare turns the flags into what they ask for: the cheap checks first, then
// the data.
func (f *runFlags) prepare(ctx context.Context, a *app, out *outputFlags) (p prepared, err error) {
	if p.reporter, err = out.reporter(a); err != nil {
		return p, err
	}
	if p.options, err = f.numericOptions(); err != nil {
		return p, err
	}
	if p.data, err = a.load(ctx, f.data); err != nil {
		return p, err
	}
	p.configs, err = f.configs(p.data)
	return p, err
}

// configs returns a run for each policy asked for, checked against the data.
func (f *runFlags) configs(d *dataset) ([]twin.Config, error) {
	activation, err := gradtwin.ParseActivation(f.activation)
	if err != nil {
		return nil, usageError{err}
	}
	policies := []twin.Policy{twin.Fixed, twin.SGD}
	if f.policy != both || !f.severalRuns {
		p, err := twin.ParsePolicy(f.policy)
		if err != nil {
			return nil, usageError{err}
		}
		policies = []twin.Policy{p}
	}
	scheme, err := gradtwin.ParseScheme(f.init)
	if err != nil {
		return nil, usageError{err}
	}
	start := gradtwin.Init{Scheme: scheme}
	if scheme == gradtwin.Std {
		if start.Std = f.initStd; start.Std == 0 {
			return nil, usagef("init-std 0: want a number above 0")
		}
	}
	var configs []twin.Config
	for _, p := range policies {
		c := twin.Config{
			Spec: gradtwin.Spec{Layers: f.layers, Activation: activation, Delta: f.delta}, Init: start,
			Seed: f.seed, Policy: p, Batch: f.batch, Steps: f.steps, Inner: f.inner, LR: f.lr,
		}
		if err := c.Validate(d.Train.Len()); err != nil {
			return nil, usageError{err}
		}
		if in := d.Train.Inputs(); c.Spec.Inputs() != in {
			return nil, usagef("layers %v: %d inputs, but the images of the data set have %d pixels", f.layers, c.Spec.Inputs(), in)
		}
		if n := d.classes(); c.Spec.Classes() < n {
			return nil, usagef("layers %v: %d outputs, but the labels of the data set go up to %d: want at least %d", f.layers, c.Spec.Classes(), n-1, n)
		}
		if err := affordable(c.Spec, c.Batch); err != nil {
			return nil, err
		}
		configs = append(configs, c)
	}
	return configs, nil
}

// numericOptions returns the options of the numeric backend, and gives the flag
// for h the value that it stands for.
func (f *runFlags) numericOptions() (numeric.Options, error) {
	engine, err := numeric.ParseEngine(f.engine)
	if err != nil {
		return numeric.Options{}, usageError{err}
	}
	formula, err := numeric.ParseFormula(f.formula)
	if err != nil {
		return numeric.Options{}, usageError{err}
	}
	switch {
	case !(f.h >= 0) || math.IsInf(f.h, 0):
		return numeric.Options{}, usagef("diff-step %v: want a finite number, 0 or more", f.h)
	case f.h == 0:
		f.h = formula.Step()
	}
	return numeric.Options{Engine: engine, Formula: formula, Step: f.h}, nil
}
