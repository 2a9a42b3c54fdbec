//go:build amd64 && !purego

package simd

import (
	"os"
	"testing"
)

// All tests run for each instruction set that the processor has, the best one
// first.
func TestMain(m *testing.M) {
	code := 0
	for top := best; top > generic; top-- {
		best = top
		code = max(code, m.Run())
	}
	os.Exit(code)
}
