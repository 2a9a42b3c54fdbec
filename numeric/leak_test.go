package numeric_test

import (
	"testing"

	"go.uber.org/goleak"
)

// No worker outlives the call that started it.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
