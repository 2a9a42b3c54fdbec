package main

import (
	"bytes"
	"math"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"
)

// What benchstat's reader makes of the output.
func TestBenchFormat(t *testing.T) {
	var out, errs bytes.Buffer
	args := strings.Fields("bench --data ../../testdata/tiny --layers 784,3,10 --batch 2,5 --dtype float64,float32 " +
		"--count 3 --benchtime 1us --progress none")
	if code := run(args, &out, &errs); code != exitDone {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	name := regexp.MustCompile(`^(Forward|Gradient|Step)/backend=(stock|graph|backprop|numeric|plain)/dtype=(float64|float32)/batch=(2|5)$`)
	seen := map[string]int{}
	reader := benchfmt.NewReader(&out, "bench")
	for reader.Scan() {
		r, ok := reader.Result().(*benchfmt.Result)
		if !ok {
			t.Fatalf("not a result: %v", reader.Result())
		}
		if !name.Match(r.Name) {
			t.Errorf("name %q", r.Name)
		}
		seen[r.Name.String()]++
		if sec, ok := r.Value("sec/op"); !ok || !(sec > 0) {
			t.Errorf("%s: %v s", r.Name, sec)
		}
		for _, unit := range []string{"B/op", "allocs/op"} {
			if v, ok := r.Value(unit); !ok || v < 0 {
				t.Errorf("%s: %v %s", r.Name, v, unit)
			}
		}
		if r.Iters < 1 {
			t.Errorf("%s: %d operations", r.Name, r.Iters)
		}
		if r.GetConfig("pkg") != "gradtwin" || r.GetConfig("goos") == "" || r.GetConfig("goarch") == "" {
			t.Errorf("%s: keys %v", r.Name, r.Config)
		}
	}
	if err := reader.Err(); err != nil {
		t.Fatal(err)
	}
	// 3 operations, 2 batches, 5 rows; float32 for the graph alone.
	if len(seen) != 3*2*6 {
		t.Errorf("%d cases, want 36: %v", len(seen), seen)
	}
	for name, n := range seen {
		if n != 3 {
			t.Errorf("%s: %d times, want 3", name, n)
		}
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{5}, 0},
		{[]float64{9, 10, 11}, 0.2},
		{[]float64{10, 10, 10, 99}, 0},
		{[]float64{1, 8, 9, 10, 11, 12, 99}, 0.4}, // 8 to 12 over 10
	} {
		if got := spread(c.x); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("spread(%v) = %v, want %v", c.x, got, c.want)
		}
	}
}
