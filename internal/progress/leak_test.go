package progress

import (
	"testing"

	"go.uber.org/goleak"
)

// A bar ends with its job.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
