package compare_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"gradtwin/compare"
)

// subgradient is the relative error that may lie within what the gradient jumps by
// at the kinks beside a point, of which trained ReLU networks of five layers have
// many within the smallest step that noise allows.
const subgradient = 1e-4

// tally is what the study counts of one fault in one mode.
type tally struct {
	planted, visible, caught, named, promised, diagnosed int
	least, most                                          int // calls of the loss for one fault that is visible
}

// errorsOf returns by how much the fault changes each element.
func errorsOf(t *testing.T, right, wrong compare.Function) (g, off []float64) {
	t.Helper()
	n := right.Layout().Len()
	g, off = make([]float64, n), make([]float64, n)
	if err := right.Gradient(g); err != nil {
		t.Fatal(err)
	}
	if err := wrong.Gradient(off); err != nil {
		t.Fatal(err)
	}
	for i := range off {
		off[i] -= g[i]
	}
	return g, off
}

// visibleIn tells in which tensors a fault is above what the check of the right
// gradient could tell apart, and in which it changes anything at all. For one
// element that is twice the bound at the second step, where a difference has to
// agree with that at the first: rtol of the value and four times the noise
// there. For a probe it is ten times the resolution that the report states,
// because errors of several elements may cancel along a direction, and no less
// than rtol of the derivative along it, which with its random signs is seldom
// above three times the gradient's norm.
func visibleIn(right *compare.Report, mode compare.Mode, f compare.Function, g,
	off []float64) (visible, changed map[string]bool) {
	const rtol, c = 1e-6, 10
	visible, changed = map[string]bool{}, map[string]bool{}
	layout := f.Layout()
	resolution := map[string]float64{}
	whole := map[string]float64{}
	for i, v := range g {
		k, _ := layout.Locate(i)
		size := v * math.Max(1, math.Abs(f.At(i)))
		whole[layout[k].Name] = math.Hypot(whole[layout[k].Name], size)
	}
	for _, tensor := range right.Tensors {
		resolution[tensor.Tensor.Name] = math.Inf(1)
		if tensor.Probe != nil && tensor.Probe.Verdict == compare.OK {
			resolution[tensor.Tensor.Name] = 10 * tensor.Probe.Resolution
		}
	}
	for i, d := range off {
		k, _ := layout.Locate(i)
		name := layout[k].Name
		if d != 0 {
			changed[name] = true
		}
		h := right.Step * math.Max(1, math.Abs(f.At(i)))
		bound := 2 * (rtol*math.Max(math.Abs(g[i]), math.Abs(g[i]+d)) + 4*c*right.Noise/h)
		if mode == compare.Probe {
			bound = math.Max(bound, math.Max(resolution[name], 3*rtol*whole[name]))
		}
		if math.Abs(d) > bound {
			visible[name] = true
		}
	}
	return visible, changed
}

// The detection study: planted faults in several networks, at the start and
// after training, in both modes. Nothing that is right may be called wrong, and
// every fault above the measured noise must be caught and its tensor named.
//
// GRADTWIN_STUDY takes in the experiment's network. GRADTWIN_STUDY_CASES names
// a file to write the networks to, for testdata/torch_gradcheck.py.
func TestDetectionStudy(t *testing.T) {
	cases := study(t, os.Getenv("GRADTWIN_STUDY") != "")
	switch {
	case testing.Short():
		cases = cases[:1]
	case os.Getenv("GRADTWIN_LONG") == "":
		cases = slices.DeleteFunc(cases, func(s studied) bool { return s.Steps == 200 }) // between the start and the end
	}
	modes := []compare.Mode{compare.Full, compare.Probe}
	counts := map[string][2]tally{}
	for n := range cases {
		s := &cases[n]
		var right [2]*compare.Report
		for m, mode := range modes {
			r, err := compare.Check(context.Background(), s.function(t, "").checkable(),
				compare.Options{Mode: mode, Strict: true})
			if err != nil {
				t.Fatalf("%s after %d steps, %v: %v", s.Name, s.Steps, mode, err)
			}
			if !r.OK() {
				t.Fatalf("%s after %d steps, %v, the right gradient:\n%s", s.Name, s.Steps, mode, r)
			}
			right[m] = r
		}
		for _, fault := range faults {
			if fault.name == faultMask && s.Spec.Affine() == 1 {
				continue // no activation
			}
			f := s.function(t, fault.name)
			g, off := errorsOf(t, s.function(t, ""), f)
			both := counts[fault.name]
			for m, mode := range modes {
				visible, changed := visibleIn(right[m], mode, f, g, off)
				what := fmt.Sprintf("%s: %s after %d steps, %v", fault.name, s.Name, s.Steps, mode)
				both[m].add(t, what, fault, f, mode, off, visible, changed)
				if m == 0 && len(visible) > 0 {
					s.Visible = append(s.Visible, fault.name)
				}
			}
			counts[fault.name] = both
		}
	}
	t.Logf("%-34s %29s   %29s", "", "full", "probe")
	t.Logf("%-34s %7s caught named diagnosed calls   ...", "", "visible")
	for _, fault := range faults {
		both := counts[fault.name]
		t.Logf("%-34s %v   %v", fault.name, both[0], both[1])
	}
	if path := os.Getenv("GRADTWIN_STUDY_CASES"); path != "" {
		text, err := json.Marshal(cases)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func (c tally) String() string {
	return fmt.Sprintf("%2d of %2d, caught %2d, named %2d, diagnosed %2d of %2d, calls %d to %d",
		c.visible, c.planted, c.caught, c.named, c.diagnosed, c.promised, c.least, c.most)
}

// add makes one check of a faulty gradient.
func (c *tally) add(t *testing.T, what string, fault fault, f *backprop, mode compare.Mode, off []float64, visible,
	changed map[string]bool) {
	t.Helper()
	c.planted++
	atKink := map[string]bool{} // tensors with an element whose fault passes as a subgradient
	r, err := compare.Check(context.Background(), f.checkable(),
		compare.Options{Mode: mode, Each: func(e compare.Element) {
			if e.Verdict == compare.Kink && math.Abs(off[e.Flat]) <= subgradient*math.Abs(e.Symbolic) {
				atKink[e.Tensor] = true
			}
		}})
	if err != nil {
		var empty *compare.EmptyError
		if !errors.As(err, &empty) || len(visible) > 0 {
			t.Errorf("%s: %v", what, err)
		}
		return
	}
	for _, e := range r.Worst {
		if e.Verdict == compare.Wrong && off[e.Flat] == 0 {
			t.Errorf("%s: false alarm at %s", what, e.Name())
		}
	}
	missed := map[string]bool{}
	for name := range visible {
		missed[name] = true
	}
	for _, tensor := range r.Tensors {
		name := tensor.Tensor.Name
		if tensor.Counts.Wrong == 0 && (tensor.Probe == nil || tensor.Probe.Verdict != compare.Wrong) {
			continue
		}
		delete(missed, name)
		if !changed[name] {
			t.Errorf("%s: false alarm in %s\n%s", what, name, r)
		}
	}
	for name := range atKink {
		delete(missed, name)
	}
	if len(visible) == 0 {
		return
	}
	c.visible++
	c.spent(r.Calls)
	if r.OK() {
		t.Errorf("%s: missed\n%s", what, r)
		return
	}
	c.caught++
	if len(missed) == 0 {
		c.named++
	} else {
		t.Errorf("%s: not named: %v\n%s", what, missed, r)
	}
	if says := fault.says; says != "" && (fault.name != faultSwapped || f.twins() > 0) {
		c.promised++
		if strings.Contains(r.String(), says) {
			c.diagnosed++
		} else {
			t.Logf("%s: says %q, not %q", what, r.Diagnosis, says)
		}
	}
}

func (c *tally) spent(calls int) {
	if c.least == 0 || calls < c.least {
		c.least = calls
	}
	c.most = max(c.most, calls)
}
