package compare

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gradtwin"
)

// parts checks a function shard by shard, each time anew, and takes every part
// through JSON.
func parts(t *testing.T, f func() Function, o Options, count int) []*Part {
	t.Helper()
	var all []*Part
	for i := range count {
		o.Workers = 1 + i%3 // must not matter
		p, err := CheckShard(t.Context(), f(), o, Shard{i + 1, count})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, throughJSON(t, p))
	}
	return all
}

func throughJSON(t *testing.T, p *Part) *Part {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	q := &Part{}
	if err := json.Unmarshal(text, q); err != nil {
		t.Fatal(err)
	}
	return q
}

// The parts of a check make the report of the whole, to the byte: of right
// gradients and of wrong ones, with more elements wrong than are followed, at
// kinks, in single precision, with an engine for whole gradients and without.
func TestMergeIsCheck(t *testing.T) {
	network := func() *mlp { return newMLP([]int{20, 30, 8, 4}, true, 6, 1) } // 914 elements
	spoiled := func(spoil func(g []float64)) func() Function {
		return func() Function { return &spoiledCloner{network(), spoil} }
	}
	withEngine := func(spoil, spoilEngine func(g []float64)) func() Function {
		return func() Function {
			return &faultyEngine{&testEngine{mlp: network(), spoil: spoilEngine}, spoil}
		}
	}
	cheap := func(spoil func(g []float64)) func() Function {
		return func() Function { return &cheapEngine{&faultyEngine{&testEngine{mlp: network()}, spoil}} }
	}
	onKinks := func() Function {
		m := newMLP([]int{40, 30, 12, 5}, true, 6, 1)
		clear(tensorOf(m.layout, m.w, "W1"))
		return m
	}
	inSingle := func() Function {
		m := network()
		for i, w := range m.w {
			m.w[i] = float64(float32(w))
		}
		return single{m}
	}
	// Elements all over, by amounts from far above the bound to near it.
	many := func(g []float64) {
		for i := range g {
			if i%5 == 0 {
				g[i] += 1e-9 * math.Pow(1.01, float64(i%1200))
			}
		}
	}
	outside := func() Function { // of where the root is real
		return Of(func(x []float64) float64 { return math.Sqrt(x[0]) + x[1]*x[1] + math.Abs(x[2]) + x[3] },
			func(g, x []float64) { g[0], g[1], g[2], g[3] = 0.5/math.Sqrt(x[0])+1, 2*x[1], 1, 1 }, []float64{4e-6, 2, 0, 1})
	}
	dead := func() Function { // but for one tensor of two
		x := make([]float64, 1500)
		return vectorEngine{Of(func(x []float64) float64 { return 2 + math.Sin(x[0]) + math.Sin(x[1]) },
			func(g, x []float64) { clear(g); g[0], g[1] = math.Cos(x[0]), math.Cos(x[1]) }, x,
			gradtwin.Tensor{Name: "W", Shape: []int{2}}, gradtwin.Tensor{Name: "V", Shape: []int{1498}})}
	}
	for _, tt := range []struct {
		name string
		f    func() Function
		o    Options
		ok   bool
	}{
		{"right", spoiled(func([]float64) {}), Options{Mode: Full, Seed: 3, Taylor: true}, true},
		{"right, with an engine", withEngine(nil, nil), Options{Strict: true}, true},
		{"right, with a cheap engine, steps that are too large", cheap(nil), Options{Strict: true, Step: 3e-2}, true},
		{"many wrong, with a cheap engine", cheap(many), Options{Step: 1e-3}, false},
		{"right, at kinks", onKinks, Options{Mode: Full}, true},
		{"right, a sample", spoiled(func([]float64) {}), Options{Mode: Sample, Samples: 201}, true},
		{"right, auto", spoiled(func([]float64) {}), Options{}, true},
		{"right, some tensors", spoiled(func([]float64) {}), Options{Mode: Full, Tensors: []string{"b1", "W3"}}, true},
		{"right, some tensors, with an engine", withEngine(nil, nil), Options{Tensors: []string{"b1", "W3"}}, true},
		{"right, single precision", inSingle, Options{Mode: Full}, true},
		{"one wrong", spoiled(func(g []float64) { g[700] *= -1 }), Options{Mode: Full}, false},
		{"many wrong", spoiled(many), Options{Mode: Full}, false},
		{"many wrong, auto", spoiled(many), Options{Samples: 700}, false},
		{"many wrong, a sample", spoiled(many), Options{Mode: Sample, Samples: 900}, false},
		{"many wrong, with an engine", withEngine(many, nil), Options{}, false},
		{"wrong engine", withEngine(nil, many), Options{}, true},
		{"sign", spoiled(func(g []float64) { scale(g, -1) }), Options{Mode: Full}, false},
		{"sign, with an engine", withEngine(func(g []float64) { scale(g, -1) }, nil), Options{}, false},
		{"dead, with a cheap engine", dead, Options{Step: 1}, true},
		{"a loss that is not finite beside the point", outside, Options{Mode: Full}, false},
	} {
		if testing.Short() && strings.HasSuffix(tt.name, "auto") {
			continue // as in full, of which there are others
		}
		t.Run(tt.name, func(t *testing.T) {
			want := mustCheck(t, tt.f(), tt.o)
			want.Seconds = 0
			if want.OK() != tt.ok {
				t.Fatalf("OK %v, want %v\n%s", want.OK(), tt.ok, want)
			}
			wantText, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			counts := []int{2, 13} // 13: some are empty
			switch {
			case testing.Short():
				counts = []int{3}
			case os.Getenv("GRADTWIN_LONG") != "":
				counts = []int{1, 2, 5, 23}
			}
			for _, count := range counts {
				all := parts(t, tt.f, tt.o, count)
				slices.Reverse(all) // the order must not matter
				got, err := Merge(all)
				if err != nil {
					t.Fatalf("%d shards: %v", count, err)
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Fatalf("%d shards (-check +merge):\n%s", count, d)
				}
				gotText, err := json.Marshal(got)
				if err != nil {
					t.Fatal(err)
				}
				if string(gotText) != string(wantText) || got.String() != want.String() {
					t.Errorf("%d shards: another text\n%s\n%s", count, want, got)
				}
			}
		})
	}
}

// The shards together make the calls of one process, but that each measures the
// point.
func TestShardsShareTheWork(t *testing.T) {
	m := newMLP([]int{60, 40, 30, 5}, true, 6, 1)
	whole := mustCheck(t, m, Options{Mode: Full, Workers: 1})
	const count = 5
	sum, most := 0, 0
	for i := range count {
		f := &faulty{Function: m}
		p, err := CheckShard(t.Context(), f, Options{Mode: Full}, Shard{i + 1, count})
		if err != nil {
			t.Fatal(err)
		}
		own := f.calls - p.known.Work.Calls
		sum, most = sum+own, max(most, own)
		if i == count-1 {
			sum += p.known.Work.Calls
		}
	}
	if sum != whole.Calls || most > whole.Calls/3 {
		t.Errorf("%d shards made %d calls, the largest %d; one process %d", count, sum, most, whole.Calls)
	}
	e := &testEngine{mlp: m}
	p, err := CheckShard(t.Context(), e, Options{}, Shard{2, count})
	if err != nil {
		t.Fatal(err)
	}
	if r := p.Report(); r.Checked == 0 || r.Checked > whole.Total/2 || r.Wrong() || p.Shard() != (Shard{2, count}) {
		t.Errorf("the second of %d shards: %d elements of %d checked\n%s", count, r.Checked, r.Total, r)
	}
}

func TestMergeRefuses(t *testing.T) {
	network := func(seed uint64) func() Function {
		return func() Function { return newMLP([]int{12, 9, 4}, true, 5, seed) }
	}
	good := parts(t, network(3), Options{Mode: Full}, 3)
	other := func(f func() Function, o Options, count, i int) *Part { return parts(t, f, o, count)[i] }
	damaged := throughJSON(t, good[1])
	damaged.known.Point.Noise *= 2
	gradient := other(func() Function {
		return &faulty{Function: network(3)(), spoil: func(g []float64) { g[150] += 1e-3 }}
	}, Options{Mode: Full}, 3, 1)
	sample := func() []*Part { return parts(t, network(3), Options{Mode: Sample, Samples: 100}, 2) }
	lostSample := sample()
	lostSample[1].found.Judged--
	lost := throughJSON(t, good[1])
	lost.found.Judged--
	for _, tt := range []struct {
		name  string
		parts []*Part
		place []int
		want  string
	}{
		{"none", nil, nil, "no parts"},
		{"nil", []*Part{good[0], nil, good[2]}, []int{1}, "no part of a check"},
		{"zero", []*Part{good[0], good[1], {}}, []int{2}, "no part of a check"},
		{"a sample that lost an element", lostSample, nil, "have judged 99 of 100 elements"},
		{"one missing", []*Part{good[0], good[2]}, nil, "missing: shard 2/3"},
		{"two missing", good[2:], nil, "missing: shard 1/3, 2/3"},
		{"one twice", []*Part{good[0], good[1], good[2], good[1]}, []int{1, 3}, "both are shard 2/3"},
		{"another seed", []*Part{good[0], other(network(3), Options{Mode: Full, Seed: 9}, 3, 1), good[2]}, []int{0, 1},
			"Seed: 0} and with compare.Options{Mode: compare.Full, Seed: 9}"},
		{"other weights", []*Part{good[0], good[1], other(network(4), Options{Mode: Full}, 3, 2)}, []int{0, 2},
			"of the losses"},
		{"another gradient", []*Part{good[0], gradient, good[2]}, []int{0, 1}, "but of other weights or gradients"},
		{"another network", []*Part{good[0], other(func() Function { return newMLP([]int{12, 8, 4}, true, 5, 3) },
			Options{Mode: Full}, 3, 1)}, []int{0, 1}, "with other tensors: W1 [12 9] and W1 [12 8]"},
		{"another number of shards", []*Part{good[0], other(network(3), Options{Mode: Full}, 4, 1)}, []int{0, 1},
			"in 3 and in 4 shards"},
		{"another measurement", []*Part{good[0], damaged, good[2]}, []int{0, 1}, "measured different things"},
		{"elements lost", []*Part{good[0], lost, good[2]}, nil, "have judged 156 of 157 elements"},
	} {
		r, err := Merge(tt.parts)
		var refused *MergeError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), tt.want) || !slices.Equal(refused.Parts, tt.place) {
			t.Errorf("%s: report %v, error %v, want one with %q about the parts %v", tt.name, r, err, tt.want, tt.place)
		}
	}
	if _, err := Merge(good); err != nil {
		t.Errorf("the right parts: %v", err)
	}
	// With many shards the error stays short.
	if _, err := Merge(parts(t, network(3), Options{Mode: Full}, 40)[:1]); err == nil ||
		!strings.Contains(err.Error(), "39 of 40 shards are missing, the first of them 2/40, ") {
		t.Errorf("39 missing: %v", err)
	}
	// Some shards may have nothing to tell from zero, but not all.
	empty := func() Function {
		return Of(func([]float64) float64 { return 7 }, func(g, _ []float64) { clear(g) }, []float64{1, 2, 3})
	}
	var nothing *EmptyError
	if _, err := Merge(parts(t, empty, Options{Mode: Full}, 2)); !errors.As(err, &nothing) {
		t.Errorf("an empty check: error %v", err)
	}
}

func TestCheckShardRefuses(t *testing.T) {
	m := newMLP([]int{12, 9, 4}, true, 5, 3)
	for _, tt := range []struct {
		o    Options
		s    Shard
		want string
	}{
		{Options{MaxCalls: 100}, Shard{1, 2}, "budget"},
		{Options{MaxTime: 100}, Shard{1, 2}, "budget"},
		{Options{Mode: 77}, Shard{1, 2}, "check mode"},
		{Options{}, Shard{}, "shard 0 of 0"},
		{Options{}, Shard{3, 2}, "shard 3 of 2"},
	} {
		if p, err := CheckShard(t.Context(), m, tt.o, tt.s); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v, shard %v: part %v, error %v, want one with %q", tt.o, tt.s, p, err, tt.want)
		}
	}
}

// Whatever the numbers, the shards' parts follow one another without a gap and
// differ by one element at most.
func TestShardPart(t *testing.T) {
	for _, n := range []int{0, 1, 7, 45360, math.MaxInt} {
		for _, count := range []int{1, 2, 3, 8, 1000, math.MaxInt} {
			at, least, most := 0, math.MaxInt, 0
			for i := 1; i <= min(count, 1000); i++ {
				from, to := Shard{i, count}.interval(n)
				if from != at || to < from {
					t.Fatalf("%d elements, shard %d of %d: %d to %d after %d", n, i, count, from, to, at)
				}
				at, least, most = to, min(least, to-from), max(most, to-from)
			}
			if count <= 1000 && at != n || most-least > 1 {
				t.Errorf("%d elements in %d shards: %d in all, %d to %d each", n, count, at, least, most)
			}
		}
	}
}

func TestParseShard(t *testing.T) {
	for _, s := range []Shard{{1, 1}, {3, 8}, {8, 8}, {100, 1000}} {
		if got, err := ParseShard(s.String()); got != s || err != nil {
			t.Errorf("%v: %v, %v", s, got, err)
		}
	}
	for _, text := range []string{"", "3", "0/8", "9/8", "-1/8", "1/-8", "a/8", "1/8/2", "1 / 8",
		"1/99999999999999999999"} {
		if s, err := ParseShard(text); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", text)) {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
}

// What was spoiled in a part is refused before it does harm.
func TestPartRefusesNonsense(t *testing.T) {
	m := newMLP([]int{12, 9, 4}, true, 5, 3)
	f := &faulty{Function: m, spoil: func(g []float64) { scale(g, 2) }}
	good, err := CheckShard(t.Context(), f, Options{Mode: Full}, Shard{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(p *Part){
		"shard": func(p *Part) { p.shard.Index = 3 },
		"layout": func(p *Part) {
			p.known.Layout = gradtwin.Layout{{Name: "W1",
				Shape: []int{1 << 40, 1 << 40}}}
		},
		"fewer tensors":         func(p *Part) { p.known.Layout = p.known.Layout[:2] },
		"options":               func(p *Part) { p.known.Options.Rtol = 2 },
		"mode":                  func(p *Part) { p.known.Options.Mode = 9 },
		"a budget":              func(p *Part) { p.known.Options.MaxCalls = 1 },
		"no findings":           func(p *Part) { p.found = nil },
		"fewer findings":        func(p *Part) { p.found.Tensors = p.found.Tensors[1:] },
		"fewer largest":         func(p *Part) { p.known.Point.Largest = nil },
		"judged":                func(p *Part) { p.found.Judged = -1 },
		"counts":                func(p *Part) { p.found.Tensors[0].Tally.Counts.OK = -1 },
		"too many counts":       func(p *Part) { p.found.Tensors[0].Tally.Counts.OK = 1e9 },
		"element":               func(p *Part) { p.found.Tensors[0].Tally.Wrong[0].i = 1e9 },
		"element of another":    func(p *Part) { p.found.Tensors[0].Tally.Wrong[0].i = 150 },
		"worst element":         func(p *Part) { p.found.Tensors[0].Tally.Worst[OK] = []outcome{{i: -1}} },
		"worst of another kind": func(p *Part) { p.found.Tensors[0].Tally.Worst[OK] = []outcome{{verdict: Wrong}} },
	} {
		p := throughJSON(t, good)
		spoil(p)
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &Part{}); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}
