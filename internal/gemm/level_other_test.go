//go:build !amd64 || purego

package gemm

import "testing"

func atLevels(t *testing.T, f func(t *testing.T)) { f(t) }
