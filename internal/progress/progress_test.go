package progress

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// plainLines returns what a reporter prints of a job. The job tells how much
// time passes.
func plainLines(mode Mode, job func(r *Reporter, passes func(time.Duration))) []string {
	var out bytes.Buffer
	r := New(mode, &out)
	clock := time.Unix(0, 0)
	r.now = func() time.Time { return clock }
	job(r, func(d time.Duration) { clock = clock.Add(d) })
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

func TestPlain(t *testing.T) {
	for _, tt := range []struct {
		name string
		mode Mode
		job  func(r *Reporter, passes func(time.Duration))
		want []string
	}{
		{
			"from the start", Auto, // a buffer is no terminal
			func(r *Reporter, passes func(time.Duration)) {
				task := r.Start("sgd", 100)
				passes(4 * time.Second) // a measurement before the first step
				for n := 1; n <= 100; n++ {
					passes(100 * time.Millisecond)
					task.Set(n, "loss 2.5")
				}
				task.Done()
			},
			[]string{"sgd: 1/100, loss 2.5", "sgd: 51/100, loss 2.5, 10/s, 5s left", "sgd: ended after 14s"},
		},
		{
			"resumed: the speed is that of its own steps", Plain,
			func(r *Reporter, passes func(time.Duration)) {
				task := r.Start("sgd", 1100)
				for n := 1001; n <= 1051; n++ {
					passes(100 * time.Millisecond)
					task.Set(n, "")
				}
			},
			[]string{"sgd: 1001/1100", "sgd: 1051/1100, 10/s, 5s left"},
		},
		{
			"learns on the way how much there is to do, and does much at once", Plain,
			func(r *Reporter, passes func(time.Duration)) {
				task := r.Start("check", 45360)
				for n := 512; n <= 5120; n += 512 {
					passes(time.Second)
					task.Of(5670)
					task.Set(n, "")
				}
			},
			[]string{"check: 512/5670", "check: 3072/5670, 512/s, 5s left"},
		},
	} {
		if d := cmp.Diff(tt.want, plainLines(tt.mode, tt.job)); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

// A bar is drawn over itself, and wiped off at the end.
func TestBar(t *testing.T) {
	got := plainLines(Bar, func(r *Reporter, passes func(time.Duration)) {
		task := r.Start("sgd", 100)
		for n := 1; n <= 100; n++ {
			passes(10 * time.Millisecond)
			task.Set(n, "loss 2.5")
		}
		task.Done()
	})
	drawn := strings.Split(strings.ReplaceAll(got[0], clearRest, ""), "\r")
	drawn = slices.DeleteFunc(drawn, func(s string) bool { return s == "" })
	if len(drawn) != 10 || drawn[4] != " 41% [====      ] sgd: 41/100, loss 2.5, 100/s, 1s left" ||
		!strings.HasSuffix(got[0], "\r"+clearRest) {
		t.Errorf("drawn %d times: %q", len(drawn), drawn)
	}
}

func TestBarAndNone(t *testing.T) {
	for _, tt := range []struct {
		mode  Mode
		drawn bool
	}{{Bar, true}, {None, false}} {
		var out bytes.Buffer
		task := New(tt.mode, &out).Start("sgd", 7)
		task.Of(3)
		for n := 1; n <= 3; n++ {
			task.Set(n, "")
		}
		task.Done()
		if drawn := strings.Contains(out.String(), "sgd"); drawn != tt.drawn {
			t.Errorf("%s: wrote %q, want something drawn: %v", tt.mode, out.String(), tt.drawn)
		}
	}
}
