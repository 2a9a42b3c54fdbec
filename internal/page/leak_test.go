package page

import (
	"testing"

	"go.uber.org/goleak"
)

// No goroutine is left, of the browser neither.
func TestMain(m *testing.M) { goleak.VerifyTestMain(browserEnded{m}) }

// browserEnded is a run of tests that ends their browser.
type browserEnded struct{ *testing.M }

func (m browserEnded) Run() int {
	defer func() { endBrowser() }()
	return m.M.Run()
}
