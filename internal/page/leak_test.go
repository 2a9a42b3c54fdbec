package page

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing is left, of the browser neither.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
