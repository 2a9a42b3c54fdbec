package gradtwin

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Equal bits are asked for everywhere: the generator's promise is NumPy's
// numbers, not numbers like them.
func readGolden(t *testing.T, name string, v any) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func TestRandNumPy(t *testing.T) {
	type draws struct {
		Seed        uint32    `json:"seed"`
		Random      []float64 `json:"random"`
		Normal      []float64 `json:"normal"`
		Choice10    []int     `json:"choice_10"`
		Choice1     []int     `json:"choice_1"`
		NormalAgain []float64 `json:"normal_again"`
		Choice60000 []int     `json:"choice_60000"`
		Choice65536 []int     `json:"choice_65536"`
		Choice2_31  []int     `json:"choice_2_31"`
	}
	var golden struct {
		Draws []draws `json:"draws"`
	}
	readGolden(t, "rand.json", &golden)
	if len(golden.Draws) == 0 {
		t.Fatal("rand.json has no draws")
	}
	for _, want := range golden.Draws {
		t.Run(strconv.Itoa(int(want.Seed)), func(t *testing.T) {
			r := NewRand(want.Seed)
			fill := func(n int, draw func() float64) []float64 {
				x := make([]float64, n)
				for i := range x {
					x[i] = draw()
				}
				return x
			}
			choice := func(count, n int) []int {
				x := make([]int, count)
				r.Choice(x, n)
				return x
			}
			got := draws{
				Seed:        want.Seed,
				Random:      fill(len(want.Random), r.Float64),
				Normal:      fill(len(want.Normal), r.Normal),
				Choice10:    choice(len(want.Choice10), 10),
				Choice1:     choice(len(want.Choice1), 1),
				NormalAgain: fill(len(want.NormalAgain), r.Normal),
				Choice60000: choice(len(want.Choice60000), 60000),
				Choice65536: choice(len(want.Choice65536), 65536),
				Choice2_31:  choice(len(want.Choice2_31), 1<<31),
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("draws differ from NumPy's (-NumPy +here):\n%s", d)
			}
		})
	}
}

func TestExperimentDraws(t *testing.T) {
	type run struct {
		Seed       uint32    `json:"seed"`
		BatchFirst bool      `json:"batch_first"`
		First      []float64 `json:"first"`
		Last       []float64 `json:"last"`
		Bits       []string  `json:"bits"`
		FirstBatch []int     `json:"first_batch"`
		LastBatch  []int     `json:"last_batch"`
		BatchSum   int       `json:"batch_sum"`
	}
	var golden struct {
		Experiment []run `json:"experiment"`
	}
	readGolden(t, "rand.json", &golden)
	if len(golden.Experiment) != 2 {
		t.Fatalf("rand.json has %d experiments, want 2", len(golden.Experiment))
	}
	for _, want := range golden.Experiment {
		got := run{Seed: want.Seed, BatchFirst: want.BatchFirst}
		r := NewRand(want.Seed)
		batch := make([]int, 10)
		draw := func() {
			r.Choice(batch, 60000)
			if got.FirstBatch == nil {
				got.FirstBatch = slices.Clone(batch)
			}
			got.LastBatch = slices.Clone(batch)
			for _, row := range batch {
				got.BatchSum += row
			}
		}
		if want.BatchFirst {
			draw()
		}
		p := NewParams(Experiment())
		p.Init(r, Init{})
		if !want.BatchFirst {
			for range 1000 {
				draw()
			}
		}
		for l := range Experiment().Affine() {
			w := p.W(l)
			var bits uint64
			for _, x := range w {
				bits += math.Float64bits(x)
			}
			got.First = append(got.First, w[0])
			got.Last = append(got.Last, w[len(w)-1])
			got.Bits = append(got.Bits, strconv.FormatUint(bits, 10))
			for i, b := range p.B(l) {
				if b != 0 {
					t.Errorf("b%d[%d] = %v, want 0", l+1, i, b)
				}
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("batch first %v: draws differ from NumPy's (-NumPy +here):\n%s", want.BatchFirst, d)
		}
	}
}

func TestRandState(t *testing.T) {
	r := NewRand(8)
	for range 1001 { // odd: a normal is kept
		r.Normal()
	}
	state, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var s Rand
	if err := s.UnmarshalBinary(state); err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		if want, got := r.Normal(), s.Normal(); want != got {
			t.Fatalf("normal %d after restoring: %v, want %v", i, got, want)
		}
	}
	bad := func(change func([]byte) []byte) []byte { return change(slices.Clone(state)) }
	for name, state := range map[string][]byte{
		"empty":     nil,
		"short":     bad(func(b []byte) []byte { return b[:len(b)-1] }),
		"long":      bad(func(b []byte) []byte { return append(b, 0) }),
		"position":  bad(func(b []byte) []byte { b[twisterBytes-2] = 0xff; return b }),
		"kept flag": bad(func(b []byte) []byte { b[len(b)-1] = 2; return b }),
		"kept NaN": bad(func(b []byte) []byte {
			binary.BigEndian.PutUint64(b[twisterBytes:], math.Float64bits(math.NaN()))
			return b
		}),
		"zeros": bad(func(b []byte) []byte { clear(b[:twisterBytes-4]); return b }),
		// The 31 bits that the recurrence does not use do not help.
		"zeros but for unused bits": bad(func(b []byte) []byte {
			clear(b[:twisterBytes-4])
			b[0], b[3] = 0x7f,
				0xff
			return b
		}),
	} {
		if err := s.UnmarshalBinary(state); err == nil {
			t.Errorf("%s: a damaged state was accepted", name)
		}
	}
}

func TestChoicePanics(t *testing.T) {
	for _, n := range []int{0, -1, 1<<32 + 1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("choice from %d numbers did not panic", n)
				}
			}()
			NewRand(1).Choice(make([]int, 1), n)
		}()
	}
}

func BenchmarkNormal(b *testing.B) {
	r := NewRand(8)
	for b.Loop() {
		r.Normal()
	}
}
