package compare

import (
	"cmp"
	"math"
	"slices"
)

// unit is a piece of work that goroutines, processes and machines take. What it
// finds depends on the function, the options and the unit alone.
type unit struct {
	kind     unitKind
	k        int   // the tensor
	elements []int // of a block
	calls    int   // of the loss that it may make
	followed int   // wrong elements of a block that are followed to the end
}

type unitKind uint8

const (
	tensorUnit  unitKind = iota // the directions through a tensor, the search along them, its diagnosis
	blockUnit                   // elements of one tensor, one by one
	controlUnit                 // the negative control
	taylorUnit                  // the Taylor remainder
)

// plan is what a check does: its units, in an order that does not depend on who
// takes them.
type plan struct {
	mode     Mode  // what Auto becomes
	selected []int // the tensors to check
	units    []unit
	judged   int // elements in the blocks
	named    int // wrong elements that directions name in a tensor, 0 where every element is judged
	followed int // wrong elements of a block that are followed to the end
}

const (
	// blockSize is how many consecutive elements of a tensor make one unit of work.
	blockSize = 512
	// enoughWrong is how many wrong elements a block follows to the end: the rest
	// that disagree are only counted. Of very many tensors one each is enough.
	enoughWrong = 8
	// wrongOfTensor is how many the blocks of a large tensor follow together, and
	// leastFollowed how many each of them does at least.
	wrongOfTensor = 64
	leastFollowed = 2
)

const (
	// maxNamed is how many wrong elements of one tensor are looked for, where no more
	// than fewTensors are checked: of very many, as of a deep net, one each is enough.
	maxNamed   = 3
	fewTensors = 16
)

const (
	// autoFull is up to how many elements Auto judges every one without an
	// engine for whole gradients: about a thousand loss calls.
	autoFull = 512
	// callsPerElement is what an element may cost on average where the calls are
	// limited: an agreeing one costs two.
	callsPerElement = 4
	// tensorShare is the part of a budget that directions may use.
	tensorShare = 0.4
	// fewestCalls is the least that two directions cost; with less a tensor is not
	// probed.
	fewestCalls = 2 * 2 * directions
	// controlCalls is kept of a budget for the negative control.
	controlCalls = 32
)

// newPlan lists the units of a check. spent is how many calls of the loss were
// made to measure the point.
func newPlan(o Options, p *point, hasEngine bool, spent int) *plan {
	pl := &plan{mode: o.Mode, selected: selectTensors(p.layout, o.Tensors), named: maxNamed, followed: enoughWrong}
	size := sizeOf(p.layout, pl.selected)
	if pl.mode == Auto && (size <= autoFull || hasEngine) {
		pl.mode = Full
	}
	switch {
	case pl.mode == Full:
		pl.named = 0
	case len(pl.selected) > fewTensors:
		pl.named, pl.followed = 1, 1
	}
	left := float64(unlimited)
	if o.MaxCalls > 0 {
		left = max(0, float64(o.MaxCalls-spent-controlCalls))
	}
	left -= pl.addTensors(p, o, left)
	switch pl.mode {
	case Full:
		pl.addElements(p, o, size, left, hasEngine)
	case Sample, Auto:
		pl.addElements(p, o, min(size, max(o.Samples, minShare*len(pl.selected))), left, false)
	}
	control := unit{kind: controlUnit, calls: unlimited}
	if o.MaxCalls > 0 {
		control.calls = max(0, min(controlCalls, o.MaxCalls-spent))
	}
	pl.units = append(pl.units, control)
	if o.Taylor {
		taylor := unit{kind: taylorUnit, calls: unlimited}
		if o.MaxCalls > 0 {
			taylor.calls = 0
		}
		pl.units = append(pl.units, taylor)
	}
	return pl
}

// addTensors adds the tensors that are probed as a whole, and returns how many
// calls they may use.
func (pl *plan) addTensors(p *point, o Options, left float64) (used float64) {
	var probed []int
	for _, k := range pl.selected {
		// Where every element is judged, a tensor of one says all by itself.
		if pl.mode != Sample && (pl.mode != Full || p.layout[k].Len() > 1) {
			probed = append(probed, k)
		}
	}
	calls := unlimited
	if o.MaxCalls > 0 {
		share := tensorShare
		if pl.mode == Probe {
			share = 1
		}
		if calls = int(share * left / float64(max(1, len(probed)))); calls < fewestCalls {
			return 0
		}
	}
	for _, k := range probed {
		pl.units = append(pl.units, unit{kind: tensorUnit, k: k, calls: calls})
		if o.MaxCalls > 0 {
			used += float64(calls)
		}
	}
	return used
}

// addElements adds the blocks of elements that are judged one by one: all of them
// in their order or, where a sample or a budget leaves some out, each tensor's
// largest gradient and a random choice.
func (pl *plan) addElements(p *point, o Options, wanted int, left float64, hasEngine bool) {
	size := sizeOf(p.layout, pl.selected)
	if o.MaxCalls > 0 && !hasEngine {
		wanted = min(wanted, int(left/callsPerElement))
	}
	chosen := map[int][]int{}
	if wanted < size {
		for _, i := range stratified(p, pl.selected, wanted) {
			k, _ := p.layout.Locate(i)
			chosen[k] = append(chosen[k], i)
		}
	}
	for _, k := range pl.selected {
		elements := chosen[k]
		if wanted == size {
			elements = p.indices(k)
		}
		pl.judged += len(elements)
		blocks := (len(elements) + blockSize - 1) / blockSize
		followed := min(pl.followed, max(leastFollowed, wrongOfTensor/max(1, blocks)))
		for block := range slices.Chunk(elements, blockSize) {
			u := unit{kind: blockUnit, k: k, elements: block, calls: unlimited, followed: followed}
			if o.MaxCalls > 0 {
				u.calls = int(left * float64(len(block)) / float64(max(1, wanted)))
			}
			pl.units = append(pl.units, u)
		}
	}
}

// judges reports whether element i is in a block.
func (pl *plan) judges(i int) bool {
	return slices.ContainsFunc(pl.units, func(u unit) bool {
		return u.kind == blockUnit && slices.Contains(u.elements, i)
	})
}

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
