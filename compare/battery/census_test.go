package battery_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gradtwin/compare"
)

const (
	censusElements  = 1_500_000
	censusFunctions = 300
)

// counted are the functions of the census: the battery's, gonum's, the networks
// on corners with three conventions, and networks of random forms, which are
// most of its elements.
func counted() []*subject {
	all := append(subjects(), gonum()...)
	for _, zero := range []float64{0, 0.5, 1} {
		for _, s := range corners() {
			s.zero, s.name = zero, fmt.Sprintf("%s, %v at 0", s.name, zero)
			all = append(all, s)
		}
	}
	return append(all, randomNetworks(80)...)
}

// randomNetworks draws networks of one to four layers, every fourth of them in
// float32.
func randomNetworks(n int) []*subject {
	r := rand.New(rand.NewPCG(3, 3))
	var all []*subject
	for k := range n {
		p := plain{rows: 2 + r.IntN(5), act: activations[k%len(activations)].f, head: heads[r.IntN(3)].f}
		for range 2 + r.IntN(4) {
			p.layers = append(p.layers, 3+r.IntN(6))
		}
		p.norm = []string{"", "", "layer", "batch"}[r.IntN(4)]
		s := p.network(fmt.Sprintf("random %d, %v %s %s", k, p.layers, activations[k%len(activations)].name, p.norm),
			uint64(100+k))
		s.single = k%4 == 3
		all = append(all, s)
	}
	return all
}

// census is what one function gave.
type census struct {
	elements int // judged ok or kink
	counts   compare.Counts
	refused  int // points
	wrong    []string
}

// take checks the function's right gradient in full at distinct points until
// quota elements are judged, or so many points are done.
func (s *subject) take(quota, points int) census {
	var c census
	seen := map[string]bool{}
	for k := 0; k < points && c.elements < quota; k++ {
		f := s.at(s.point(draws(k, forCensus)))
		key := fmt.Sprint(f.x)
		if seen[key] {
			continue
		}
		seen[key] = true
		g := make([]float64, len(f.x))
		f.exact(g, f.x)
		if m := maxAbs(g); math.IsNaN(m) || math.IsInf(m, 0) {
			continue
		}
		r := check(f, compare.Full, g, nil)
		switch r.said {
		case "refused":
			c.refused++
			continue
		case "wrong":
			c.wrong = append(c.wrong, fmt.Sprintf("%s at point %d:\n%s", s, k, r.report))
		}
		c.elements += r.counts.OK + r.counts.Kink
		c.counts.OK += r.counts.OK
		c.counts.Kink += r.counts.Kink
		c.counts.Wrong += r.counts.Wrong
		c.counts.Inconclusive += r.counts.Inconclusive
	}
	return c
}

// The census of right gradients: GRADTWIN_BATTERY makes it 1,500,000 distinct
// elements (of a function, at a point) of more than 300 functions, none of
// which gives more than a tenth; without it a sixtieth. None may be called wrong.
func TestCensus(t *testing.T) {
	quota, points, networkQuota := 3_500, 400, 9_000
	if !everything() {
		quota, points, networkQuota = 40, 3, 80
	}
	if testing.Short() {
		quota, points, networkQuota = 1, 1, 1
	}
	all := counted()
	results := make([]census, len(all))
	inParallel(len(all), func(i int) {
		q := quota
		if i >= len(all)-80 {
			q = networkQuota
		}
		results[i] = all[i].take(q, points)
	})
	elements, most, refused, wrong := 0, 0, 0, 0
	var total compare.Counts
	functions := map[string]bool{}
	for i, c := range results {
		if c.elements > 0 {
			functions[all[i].String()] = true
		}
		elements += c.elements
		most = max(most, c.elements)
		refused += c.refused
		total.OK += c.counts.OK
		total.Kink += c.counts.Kink
		total.Wrong += c.counts.Wrong
		total.Inconclusive += c.counts.Inconclusive
		if len(c.wrong) > 0 {
			wrong += len(c.wrong)
			t.Logf("%d right gradients were called wrong; the first is of %s", len(c.wrong), c.wrong[0])
		}
	}
	t.Logf("%d elements of %d functions judged right, at most %d of one; %+v; %d points refused, %d wrong",
		elements, len(functions), most, total, refused, wrong)
	if wrong > 0 {
		t.Errorf("%d right gradients were called wrong", wrong)
	}
	if !everything() {
		return
	}
	if elements < censusElements || len(functions) < censusFunctions || most*10 > elements {
		t.Errorf("%d elements of %d functions, at most %d of one: want %d of %d, a tenth of one", elements, len(functions),
			most, censusElements, censusFunctions)
	}
}

// The names of the functions are distinct.
func TestNamesAreDistinct(t *testing.T) {
	var names []string
	for _, s := range counted() {
		names = append(names, s.String())
	}
	slices.Sort(names)
	for i := range names[1:] {
		if names[i] == names[i+1] {
			t.Errorf("two functions are %s", names[i])
		}
	}
}
