package audit

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// Sixty verdicts, drawn by a seed, are what PyTorch says: testdata/audit_recheck.py
// has written its numbers.
func TestVerdictsArePyTorchs(t *testing.T) {
	text, err := os.ReadFile("../../testdata/audit_recheck.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden []struct {
		Op, Variant, Cell, Element string
		Draw                       int
		Right                      bool
		Want                       float64
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden) != 60 {
		t.Errorf("%d verdicts: want 60", len(golden))
	}
	all := catalogue()
	for _, g := range golden {
		i := slices.IndexFunc(all, func(c testCase) bool { return c.Op == g.Op && c.Variant == g.Variant })
		if i < 0 {
			t.Errorf("no case %s (%s)", g.Op, g.Variant)
			continue
		}
		o := all[i].runDraw(cell(slices.Index(cellNames[:], g.Cell)), g.Draw)
		if (o.Verdict == Right) != g.Right || o.Element != g.Element ||
			math.Abs(o.Want-g.Want) > tolerance32*math.Max(1, math.Abs(g.Want)) {
			t.Errorf("%s, %s: %v, right is %v: PyTorch says right %v, %s is %v", all[i].Name(), g.Cell, o,
				o.Want, g.Right, g.Element, g.Want)
		}
	}
}
