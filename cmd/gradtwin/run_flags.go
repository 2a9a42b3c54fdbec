package main

import (
	"context"
	"math"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/progress"
	"gradtwin/numeric"
)

const dataUsage = "`DIR` with the four files in MNIST's format (default $GRADTWIN_DATA, else the Go module cache)"

// both is the value of --policy that asks for one run of each policy.
const both = "both"

// What the graph backend computes in.
const (
	dtype64 = "float64"
	dtype32 = "float32"
)

var dtypes = []string{dtype64, dtype32}

// runFlags say which network is trained on which batches.
type runFlags struct {
	data       string
	seed       uint32
	policy     string // of twin.Policy, or both
	batch      int
	steps      int
	inner      int
	lr         float64
	layers     []int
	activation gradtwin.Activation
	delta      float64
	init       gradtwin.Scheme
	initStd    float64
	dtype      string // of the graph backend

	engine  numeric.Engine
	formula numeric.Formula
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
	s.IntVar(&f.steps, "steps", d.Steps, "`updates` of the weights")
	s.IntVar(&f.inner, "inner", d.Inner, "`updates` on each batch before the next is drawn, with --policy sgd")
	if s.Lookup("lr") == nil { // rates has its own
		s.Float64Var(&f.lr, "lr", d.LR, "learning `rate`")
	}
	enumVar(s, &f.formula, "formula", f.formula, "difference formula of the numeric backend: central, forward or "+
		"five-point")
	s.Float64Var(&f.h, "diff-step", 0, "step `h` of the differences; 0 means the formula's own: 1e-4 for central, 1e-8 "+
		"for forward, 1e-3 for five-point")
	s.BoolVar(&f.yes, "yes", false, "run even if that takes more than ten minutes")
}

// addNetwork adds the flags of the network and of its batches.
func (f *runFlags) addNetwork(cmd *cobra.Command, policy string) {
	d := twin.Experiment()
	f.steps, f.inner, f.lr, f.formula = d.Steps, d.Inner, d.LR, numeric.Central
	s := cmd.Flags()
	s.SortFlags = false
	s.StringVar(&f.data, "data", "", dataUsage)
	s.Uint32Var(&f.seed, "seed", d.Seed, "`seed` of the weights and the batches")
	f.severalRuns = policy == both
	usage := "which batches: sgd draws a new one at every step, fixed keeps the first"
	if f.severalRuns {
		usage += "; both makes two runs"
	}
	s.StringVar(&f.policy, "policy", policy, usage)
	policies := namesOf(twin.SGD)
	if f.severalRuns {
		policies = append(policies, both)
	}
	wantNames(s, "policy", policies)
	bench := s.Lookup("batch") != nil // it has its own of these three
	if !bench {
		s.IntVar(&f.batch, "batch", d.Batch, "`rows` in a batch")
		s.StringVar(&f.dtype, "dtype", dtype64, "number type of the graph backend: float64 or float32")
		wantNames(s, "dtype", dtypes)
	}
	networkFlags(s, &f.layers, &f.activation, &f.delta)
	enumVar(s, &f.init, "init", d.Init.Scheme, "how the initial weights are drawn from N(0, s²): std (s is --init-std), "+
		"he (s² = 2/inputs of the layer) or xavier (s² = 1/inputs)")
	s.Float64Var(&f.initStd, "init-std", gradtwin.InitStd, "the `s` of --init std")
	f.engine = numeric.Incremental
	if !bench {
		enumVar(s, &f.engine, "engine", f.engine, "how differences are computed: incremental, or plain (whole forward "+
			"passes, slow)")
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
	p.reporter = out.reporter(a)
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
	policies := []twin.Policy{twin.Fixed, twin.SGD}
	if f.policy != both || !f.severalRuns {
		var p twin.Policy
		if err := p.UnmarshalText([]byte(f.policy)); err != nil {
			return nil, usageError{err}
		}
		policies = []twin.Policy{p}
	}
	start := gradtwin.Init{Scheme: f.init}
	if f.init == gradtwin.Std {
		if start.Std = f.initStd; start.Std == 0 {
			return nil, usagef("init-std 0: want a number above 0")
		}
	}
	var configs []twin.Config
	for _, p := range policies {
		c := twin.Config{
			Spec: gradtwin.Spec{Layers: f.layers, Activation: f.activation, Delta: f.delta}, Init: start,
			Seed: f.seed, Policy: p, Batch: f.batch, Steps: f.steps, Inner: f.inner, LR: f.lr,
		}
		if err := c.Validate(d.Train.Len()); err != nil {
			return nil, usageError{err}
		}
		if in := d.Train.Inputs(); c.Spec.Inputs() != in {
			return nil, usagef("layers %v: %d inputs, but the images of the data set have %d pixels", f.layers,
				c.Spec.Inputs(), in)
		}
		if n := d.classes(); c.Spec.Classes() < n {
			return nil, usagef("layers %v: %d outputs, but the labels of the data set go up to %d: want at least %d",
				f.layers, c.Spec.Classes(), n-1, n)
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
	switch {
	case !(f.h >= 0) || math.IsInf(f.h, 0):
		return numeric.Options{}, usagef("diff-step %v: want a finite number, 0 or more", f.h)
	case f.h == 0:
		f.h = f.formula.Step()
	}
	return numeric.Options{Engine: f.engine, Formula: f.formula, Step: f.h}, nil
}

// networkFlags adds the flags that say which network it is, by default the
// experiment's.
func networkFlags(s *pflag.FlagSet, layers *[]int, activation *gradtwin.Activation, delta *float64) {
	d := gradtwin.Experiment()
	s.IntSliceVar(layers, "layers", d.Layers, "layer `sizes` from the input to the output, with commas between")
	enumVar(s, activation, "activation", d.Activation, "relu, sigmoid or tanh")
	s.Float64Var(delta, "delta", d.Delta, "δ, the `number` inside the logarithm of the loss")
}
