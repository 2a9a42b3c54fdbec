package battery_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gradtwin/compare"
)

// The targets.
const (
	leastShare  = 0.90 // what no checker may fall below, in float64 and full
	fullShare   = 0.98 // of the visible faults in float64, caught in full
	singleShare = 0.97 // in float32
	medianPower = 1e-6 // resolution relative to the tensor's largest gradient
	worstPower  = 1e-4 // the same, 95th percentile
	openShare   = 0.01 // of the smooth right float64 ones, not judged: refusing is no way out
)

// counts is a row of the tables.
type counts struct {
	right, rightWrong, rightOpen int // open: not judged or refused
	planted, above               int
	visible, caught, wrong       int // caught: did not pass; wrong: was called so
	fine, fineCaught             int
}

func (c *counts) add(r result) {
	passed := r.said == "passed"
	switch {
	case r.fault == nil:
		c.right++
		if r.said == "wrong" {
			c.rightWrong++
		} else if !passed {
			c.rightOpen++
		}
		return
	case r.visible && r.fault.fine:
		c.fine++
		if !passed {
			c.fineCaught++
		}
	case r.visible:
		c.visible++
		if !passed {
			c.caught++
		}
		if r.said == "wrong" {
			c.wrong++
		}
	}
	c.planted++
	if passed && r.above > 1 {
		c.above++
	}
}

// share returns the share caught, 1 of none.
func (c counts) share() float64 {
	if c.visible == 0 {
		return 1
	}
	return float64(c.caught) / float64(c.visible)
}

func (c counts) String() string {
	return fmt.Sprintf("%5d %5d %5d   %6d %5d   %6d %6d %6.2f%% %6.2f%%   %5d %5d", c.right, c.rightWrong, c.rightOpen,
		c.planted, c.above, c.visible, c.caught, 100*c.share(), 100*float64(c.wrong)/math.Max(1, float64(c.visible)), c.fine,
		c.fineCaught)
}

const header = "right wrong  open  planted above  visible caught   share  called    fine caught"

func printFamilies(t *testing.T, results []result) {
	t.Helper()
	table := map[string]*counts{}
	var order []string
	for _, r := range results {
		key := fmt.Sprintf("%-18s %-6v", r.subject.family, r.mode)
		if table[key] == nil {
			table[key] = &counts{}
			order = append(order, key)
		}
		table[key].add(r)
	}
	slices.Sort(order)
	t.Logf("%-26s%s", "", header)
	for _, key := range order {
		t.Logf("%s %v", key, table[key])
	}
}

// printMisses names, for every function and mode, the visible faults that passed.
func printMisses(t *testing.T, results []result) {
	t.Helper()
	passed := map[string][]string{}
	var order []string
	for _, r := range results {
		if r.fault == nil || !r.visible || r.said != "passed" || r.fault.fine {
			continue
		}
		key := fmt.Sprintf("%s, %v", r.subject, r.mode)
		if passed[key] == nil {
			order = append(order, key)
		}
		passed[key] = append(passed[key], r.fault.name)
	}
	for _, key := range order {
		t.Logf("passed in %s: %s", key, strings.Join(passed[key], "; "))
	}
}

func printFaults(t *testing.T, results []result) {
	t.Helper()
	for _, mode := range []compare.Mode{compare.Full, compare.Probe} {
		t.Logf("%-40v %s", mode, header)
		for k := range faults {
			var c counts
			for _, r := range results {
				if r.mode == mode && r.fault == &faults[k] && r.subject.family != alone {
					c.add(r)
				}
			}
			t.Logf("%-40s %v", faults[k].name, c)
		}
	}
}

func checkTargets(t *testing.T, results []result) {
	t.Helper()
	var double, narrow counts
	var power []result
	var smooth counts
	for _, r := range results {
		if r.mode != compare.Full || r.subject.family == alone {
			continue
		}
		if r.subject.single {
			narrow.add(r)
			continue
		}
		double.add(r)
		if r.fault != nil || r.subject.rough {
			continue
		}
		smooth.add(r)
		if r.said == "passed" {
			power = append(power, r)
		}
	}
	t.Logf("%-26s%s", "", header)
	t.Logf("%-25s %v", "float64, full", double)
	t.Logf("%-25s %v", "float32, full", narrow)
	if double.share() < leastShare {
		t.Errorf("%.2f %% of the visible faults in float64 were caught in full", 100*double.share())
	}
	if double.share() < fullShare && (everything() || double.visible > 100) {
		t.Errorf("%.2f %% of the visible faults in float64 were caught in full, want %.0f %%", 100*double.share(),
			100*fullShare)
	}
	if narrow.share() < singleShare && (everything() || narrow.visible > 100) {
		t.Errorf("%.2f %% of the visible faults in float32 were caught in full, want %.0f %%", 100*narrow.share(),
			100*singleShare)
	}
	if float64(smooth.rightOpen) > openShare*float64(smooth.right) {
		t.Errorf("%d of %d right gradients of smooth float64 functions were not judged in full, want at most %.0f %%",
			smooth.rightOpen, smooth.right, 100*openShare)
	}
	if len(power) == 0 {
		return
	}
	slices.SortFunc(power, func(a, b result) int { return cmp.Compare(a.relative, b.relative) })
	median, worst := power[len(power)/2].relative, power[len(power)*95/100].relative
	t.Logf("relative resolution of %d smooth float64 checks: median %.3g, 95th percentile %.3g", len(power), median, worst)
	for _, r := range power[max(0, len(power)-12):] {
		t.Logf("coarse: %.2g in %v", r.relative, r)
	}
	if median > medianPower || worst > worstPower {
		t.Errorf("the relative resolution's median is %.3g and its 95th percentile %.2g, want %.0e and %.0e", median, worst,
			medianPower, worstPower)
	}
}
