package compare

import (
	"cmp"
	"math"
	"slices"
)

// minShare is the least number of elements a tensor has in a sample.
const minShare = 4

// stratified returns the first elements of some tensors in an order of which
// every beginning is stratified: each tensor's largest gradient and a few more
// come first, then all tensors in proportion.
func stratified(p *point, tensors []int, wanted int) []int {
	type ranked struct {
		key float64
		i   int
	}
	var order []ranked
	total := sizeOf(p.layout, tensors)
	for _, k := range tensors {
		from, size := p.offsets[k], p.layout[k].Len()
		// The keys of the first minShare come before all others, and of the
		// rest none above wanted/total gets in.
		most := min(size, max(minShare, int(math.Ceil(float64(size)*(float64(wanted)/float64(total))))+1))
		for rank, i := range shuffledOffsets(p, k, most) {
			key := float64(rank) / float64(size)
			if rank < minShare {
				key = float64(rank - minShare)
			}
			order = append(order, ranked{key, from + i})
		}
	}
	slices.SortFunc(order, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.i, b.i))
	})
	first := make([]int, min(wanted, len(order)))
	for n := range first {
		first[n] = order[n].i
	}
	return first
}

// shuffledOffsets draws n different offsets in tensor k, after that of its largest
// gradient, with memory for so many: the beginning of a Fisher–Yates shuffle,
// of which only what has moved is kept.
func shuffledOffsets(p *point, k, n int) []int {
	from, to := p.interval(k)
	g := p.g[from:to]
	largest := 0
	for i := range g {
		if math.Abs(g[i]) > math.Abs(g[largest]) {
			largest = i
		}
	}
	moved := map[int]int{0: largest, largest: 0}
	at := func(i int) int {
		if v, ok := moved[i]; ok {
			return v
		}
		return i
	}
	out := []int{largest}
	r := random(p.seed, purposeSample, k, 0)
	for i := 1; i < n; i++ {
		j := i + r.IntN(len(g)-i)
		out = append(out, at(j))
		moved[j] = at(i)
	}
	return out
}
