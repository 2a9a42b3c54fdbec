package mnist

import (
	"testing"

	"go.uber.org/goleak"
)

// No reader of a file is left, whatever the others found.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
