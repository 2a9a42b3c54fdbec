package twin

import (
	"testing"

	"go.uber.org/goleak"
)

// No worker outlives its run.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
