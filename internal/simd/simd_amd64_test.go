//go:build amd64 && !purego

package simd

import (
	"flag"
	"os"
	"testing"
)

// All tests run for each instruction set that the processor has, the best one
// first; benchmarks see to that themselves.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if flag.Lookup("test.bench").Value.String() == "" {
		for best--; best > generic; best-- {
			code = max(code, m.Run())
		}
	}
	os.Exit(code)
}
