// Package battery_test judges the checker of package compare by functions whose
// gradients are known: right ones, which may not be called wrong, and ones with
// faults planted, which may not pass.
//
// The functions are in ten families, most of which are there in float32 too. Almost all are
// written for a tape (tape_test.go), which gives exact gradients in float64 and
// in float32, and which is itself judged by complex arithmetic and closed forms
// (replay_test.go). faults_test.go has the faults.
//
// A plain go test takes a fixed share. Everything, in some minutes:
//
//	GRADTWIN_BATTERY=1 go test -v -timeout 30m ./compare/battery
//
// GRADTWIN_BATTERY_ONLY=text takes the functions whose name contains the text,
// and prints every report that is not as it should be. GRADTWIN_BATTERY_SEED=n
// draws other points and other elements for the faults.
package battery_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"gradtwin/compare"
)

// The variables are read while a test runs, so that go test knows that its
// result depends on them.
func everything() bool { return os.Getenv("GRADTWIN_BATTERY") != "" }
func only() string     { return os.Getenv("GRADTWIN_BATTERY_ONLY") }

// draws returns the generator of point k for a purpose.
func draws(k int, purpose uint64) *rand.Rand {
	n, err := strconv.ParseUint(cmp.Or(os.Getenv("GRADTWIN_BATTERY_SEED"), "0"), 10, 32)
	if err != nil {
		panic("GRADTWIN_BATTERY_SEED: " + err.Error())
	}
	return rand.New(rand.NewPCG(uint64(k), n<<32|purpose))
}

// What points are drawn for.
const (
	forBattery uint64 = iota + 1
	forFaults
	forCorners
	forCensus
	forGonum
	forRounding
)

// rightPoints is at how many points the right gradient of a function is
// checked. The faults are planted at the first.
const rightPoints = 3

// result is what one check said.
type result struct {
	subject *subject
	mode    compare.Mode
	fault   *fault // nil is the right gradient
	formula bool   // of float32: the twin has the fault too
	point   int
	said    string // passed, wrong, not judged, or refused
	why     string
	visible bool // a plain difference shows the fault
	// above is the largest error, in terms of the printed resolution, in an
	// element that the report says it judged, when it passed.
	above              float64
	absolute, relative float64 // resolution
	counts             compare.Counts
	report             string
}

func (r result) String() string {
	what := "right"
	if r.fault != nil {
		what = r.fault.name
	}
	if r.formula {
		what += " (in the formula)"
	}
	return fmt.Sprintf("%s, point %d, %v, %s: %s %s", r.subject, r.point, r.mode, what, r.said, r.why)
}

// vanishing names the tensors whose right gradient is zero but for rounding, as that
// of a bias that all of a loss's terms have in common.
func vanishing(s *subject, g []float64) []string {
	most := 0.0
	for _, v := range g {
		most = max(most, math.Abs(v))
	}
	var names []string
	from := 0
	for _, t := range s.layout {
		own := 0.0
		for _, v := range g[from : from+t.Len()] {
			own = max(own, math.Abs(v))
		}
		if own <= 1e-14*most {
			names = append(names, t.Name)
		}
		from += t.Len()
	}
	return names
}

// check makes one check of f, whose right gradient is g; planted is what is
// wrong in each element.
func check(f *function, mode compare.Mode, g, planted []float64) result {
	verdicts := map[int]compare.Verdict{}
	o := compare.Options{Mode: mode, Workers: 1}
	allow(&o, slices.Concat(f.s.dead, vanishing(f.s, g)))
	withEach(&o, func(flat int, v compare.Verdict) { verdicts[flat] = v })
	r, err := compare.Check(context.Background(), f, o)
	res := result{subject: f.s, mode: mode}
	if err != nil {
		res.said, res.why = "refused", err.Error()
		return res
	}
	res.report, res.counts = r.String(), r.Counts
	res.absolute, res.relative = resolutions(r, f, g)
	switch why := notJudged(r); {
	case failed(r):
		res.said = "wrong"
	case !r.OK():
		res.said, res.why = "not judged", strings.Join(why, " ")
	default:
		res.said = "passed"
		for i, d := range planted {
			k, _ := f.s.layout.Locate(i)
			v, seen := verdicts[i]
			claimed := seen && v == compare.OK || mode != compare.Full && certified(r, k)
			if claimed {
				res.above = math.Max(res.above, math.Abs(d)/res.absolute)
			}
		}
	}
	return res
}

// modesOf returns the modes in which faults are planted: Auto is Full up to 512
// elements, so it would give the same.
func modesOf(s *subject) []compare.Mode {
	modes := []compare.Mode{compare.Full, compare.Probe}
	if s.layout.Len() > 512 {
		modes = append(modes, compare.Auto)
	}
	return modes
}

// run makes all checks of a subject: right at some points, and every fault at
// the first.
func (s *subject) run(number int) []result {
	var out []result
	var f *function
	for point := range rightPoints {
		p := s.at(s.point(draws(point, forBattery)))
		if f == nil {
			f = p
		}
		g := make([]float64, len(p.x))
		p.exact(g, p.x)
		for _, mode := range []compare.Mode{compare.Full, compare.Probe, compare.Auto} {
			r := check(p, mode, g, nil)
			r.point = point
			out = append(out, r)
		}
	}
	g, bad := make([]float64, len(f.x)), make([]float64, len(f.x))
	f.exact(g, f.x)
	wide := f.twin()
	exact := make([]float64, len(f.x))
	wide.exact(exact, wide.x)
	limit := best(wide, exact)
	rounding := f.rounding()
	for k := range faults {
		r := draws(k, forFaults)
		plan := faults[k].plan(f, g, r)
		if plan == nil {
			continue
		}
		f.plant, f.formula = plan, (k+number)%2 == 0
		if err := f.Gradient(bad); err != nil {
			panic(err)
		}
		planted, visible, changed := make([]float64, len(g)), false, false
		for i := range g {
			planted[i] = bad[i] - g[i]
			changed = changed || planted[i] != 0
			least := limit[i]
			if s.single && !f.formula {
				least = math.Max(least, rounding[i])
			}
			visible = visible || math.Abs(planted[i]) > 10*least && !f.s.isDead(i)
		}
		if !changed {
			continue
		}
		for _, mode := range modesOf(s) {
			res := check(f, mode, g, planted)
			res.fault, res.visible, res.formula = &faults[k], visible, f.formula && s.single
			out = append(out, res)
		}
	}
	return out
}

// chosen returns the functions of this run.
func chosen() []*subject {
	all := subjects()
	switch {
	case only() != "":
		return slices.DeleteFunc(all, func(s *subject) bool { return !strings.Contains(s.String(), only()) })
	case everything():
		return all
	}
	share := 24
	if testing.Short() {
		share = 64
	}
	var some []*subject
	for i, s := range all {
		if i%share == 3 && s.layout.Len() < 100 {
			some = append(some, s)
		}
	}
	return some
}

// inParallel calls work for every number below n from some goroutines.
func inParallel(n int, work func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				work(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// The battery: no right gradient is called wrong, no fault above a report's own
// resolution passes, and hardly one that a plain difference could see.
func TestBattery(t *testing.T) {
	all := chosen()
	parts := make([][]result, len(all))
	inParallel(len(all), func(i int) { parts[i] = all[i].run(i) })
	var results []result
	for _, p := range parts {
		results = append(results, p...)
	}
	for _, r := range results {
		switch {
		case r.fault == nil && r.said == "wrong":
			t.Errorf("a right gradient: %v", r)
		case r.fault == nil && r.said != "passed":
			t.Logf("%v", r)
		case r.said == "passed" && r.above > 1:
			t.Errorf("%v, with an error of %.3g times the resolution of %.3g", r, r.above, r.absolute)
		case r.said == "passed" && r.visible && only() != "":
		default:
			continue
		}
		if only() != "" {
			t.Logf("%v\n%s", r, r.report)
		}
	}
	printMisses(t, results)
	printFamilies(t, results)
	printFaults(t, results)
	checkTargets(t, results)
}
