package compare

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// Shard is one of the parts that a check is divided into, for as many processes
// or machines. The zero value is not a shard.
type Shard struct {
	Index int `json:"index"` // from 1
	Count int `json:"count"`
}

// ParseShard reads a shard as String writes it: 3/8 is the third of eight.
func ParseShard(text string) (Shard, error) {
	index, count, _ := strings.Cut(text, "/")
	i, err := strconv.Atoi(index)
	n, also := strconv.Atoi(count)
	s := Shard{i, n}
	if err != nil || also != nil || s.Validate() != nil {
		return Shard{}, fmt.Errorf("shard %q: want I/N with I from 1 to N, as in 3/8", text)
	}
	return s, nil
}

// String returns the shard as ParseShard reads it.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// Validate returns an error unless the shard is one of its count.
func (s Shard) Validate() error {
	if s.Index < 1 || s.Index > s.Count {
		return fmt.Errorf("shard %d of %d: want 1 to %d", s.Index, s.Count, max(1, s.Count))
	}
	return nil
}

// interval returns the shard's part of n things as [from, to). Two parts differ by one
// at most; with more shards than things some are empty.
func (s Shard) interval(n int) (from, to int) {
	end := func(shards int) int {
		hi, lo := bits.Mul64(uint64(n), uint64(shards))
		quotient, _ := bits.Div64(hi, lo, uint64(s.Count))
		return int(quotient)
	}
	return end(s.Index - 1), end(s.Index)
}

// units returns the units of a plan that are the shard's: a part of the blocks,
// and of the other units every Count-th.
func (s Shard) units(pl *plan) []unit {
	var own, blocks []unit
	others := 0
	for _, u := range pl.units {
		if u.kind == blockUnit {
			blocks = append(blocks, u)
			continue
		}
		if others%s.Count == s.Index-1 {
			own = append(own, u)
		}
		others++
	}
	from, to := s.interval(len(blocks))
	return append(own, blocks[from:to]...)
}

// divisible returns an error where a check cannot be made in shards.
func divisible(o Options) error {
	if o.MaxCalls > 0 || o.MaxTime > 0 {
		return errors.New("a budget cannot be divided into shards: want no limit of calls or time")
	}
	if o.Points > 1 {
		return fmt.Errorf("%d points cannot be divided into shards: want 1, and a check of its own for each point", o.Points)
	}
	return nil
}
