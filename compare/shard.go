package compare

import (
	"context"
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

// Validate tells what is wrong with the shard, if anything is.
func (s Shard) Validate() error {
	if s.Index < 1 || s.Index > s.Count {
		return fmt.Errorf("shard %d of %d: want 1 to %d", s.Index, s.Count, max(1, s.Count))
	}
	return nil
}

// part returns where the shard's part of n elements begins and ends. Two parts
// differ by one element at most; with more shards than elements some are empty.
func (s Shard) part(n int) (from, to int) {
	end := func(shards int) int {
		hi, lo := bits.Mul64(uint64(n), uint64(shards))
		quotient, _ := bits.Div64(hi, lo, uint64(s.Count))
		return int(quotient)
	}
	return end(s.Index - 1), end(s.Index)
}

// CheckShard is Check for a part of the elements, which Merge joins with the
// others to the report that Check gives. Full divides the elements, Sample and
// Auto those of the sample. What Check does beside them (the noise, the
// directions and the search along them, the negative control) every shard does,
// and Merge makes sure that all found the same. Of wrong elements a shard follows
// a few more than Check would.
//
// Probe cannot be divided, and neither can a budget: MaxCalls and MaxTime must
// be 0. An EmptyError is Merge's to find.
func CheckShard(ctx context.Context, f Function, o Options, s Shard) (*Part, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := divisible(o); err != nil {
		return nil, err
	}
	c, err := newChecker(f.Layout(), o)
	if err != nil {
		return nil, err
	}
	c.shard, c.record = s, newRecorder(len(c.layout))
	if err := c.check(ctx, f); err != nil {
		return nil, err
	}
	return c.part(), nil
}

// divisible tells whether a check can be made in shards.
func divisible(o Options) error {
	switch {
	case o.Mode == Probe:
		return errors.New("a probe of whole tensors cannot be divided into shards: want mode full or sample")
	case o.MaxCalls > 0 || o.MaxTime > 0:
		return errors.New("a budget cannot be divided into shards: want no limit of calls or time")
	}
	return nil
}

// recorder keeps what a shard finds apart from what every shard finds.
type recorder struct {
	before, after work          // before and after the elements were judged
	common        *tally        // of the directions
	first         *tally        // of the elements that passed without being followed
	failed        []int         // of each tensor: the others
	followed      [][]followed  // of each tensor: what came of them, the worst first
	explained     []explanation // of each tensor
}

// explanation is what the tensor as a whole says of its mismatch.
type explanation struct {
	Text string `json:"text"`
	Work work   `json:"work"`
}

func newRecorder(tensors int) *recorder {
	return &recorder{
		first: newTally(tensors), failed: make([]int, tensors),
		followed: make([][]followed, tensors), explained: make([]explanation, tensors),
	}
}

func (r *recorder) begin(c *checker) {
	r.before, r.common = c.work(), newTally(len(c.layout))
	r.common.join(c.tally)
}

func (r *recorder) end(c *checker) { r.after = c.work() }
