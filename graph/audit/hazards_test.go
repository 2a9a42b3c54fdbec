package audit

import (
	"testing"
)

// Each hazard shows when a graph is written as anybody would, and does not when
// what the page says is done.
func TestHazards(t *testing.T) {
	rows := OfType(everything(t), TypeHazard)
	if len(rows) != len(hazards) {
		t.Errorf("%d rows, want %d", len(rows), len(hazards))
	}
	for _, r := range rows {
		if o := r.Outcomes[0]; o.Verdict != WrongValue {
			t.Errorf("%s, as written: %v, want a wrong value", r.Op, o)
		}
		if o := r.Outcomes[1]; o.Verdict != Right {
			t.Errorf("%s, with %s: %v, want right", r.Op, r.Instead, o)
		}
	}
}
