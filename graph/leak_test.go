package graph_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Gorgonia's tape machine runs in a goroutine of its own: it ends with the run.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
