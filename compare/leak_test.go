package compare

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

// No worker outlives its check.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// counted calls a function at one of the calls of its loss, clones' calls
// counted too.
type counted struct {
	*mlp
	calls *atomic.Int64
	at    int64
	call  func()
}

func (c *counted) Loss() (float64, error) {
	if c.calls.Add(1) == c.at {
		c.call()
	}
	return c.mlp.Loss()
}

func (c *counted) Clone() (Function, error) {
	m, err := c.mlp.Clone()
	return &counted{m.(*mlp), c.calls, c.at, c.call}, err
}

// A check that is cancelled while its workers compute ends early, and so do
// they.
func TestCheckCancelledOnTheWay(t *testing.T) {
	check := func(at int64) (calls int64, err error) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		f := &counted{newMLP([]int{20, 10, 5}, true, 6, 1), new(atomic.Int64), at, cancel}
		_, err = Check(ctx, f, Options{Mode: Full, Workers: 3})
		return f.calls.Load(), err
	}
	all, err := check(0)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{1, all / 4, all / 2, all * 3 / 4} {
		calls, err := check(at)
		if !errors.Is(err, context.Canceled) || calls < at || calls >= all {
			t.Errorf("cancelled at call %d of %d: %d calls, error %v: want fewer, and that of the context", at, all, calls, err)
		}
		goleak.VerifyNone(t)
	}
}
