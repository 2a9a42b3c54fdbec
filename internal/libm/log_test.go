package libm

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

func TestLogGolden(t *testing.T) {
	text, err := os.ReadFile("../../testdata/log.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden [][2]float64
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden) < 500 {
		t.Fatalf("%d golden values, want at least 500", len(golden))
	}
	for _, g := range golden {
		if got := Log(g[0]); math.Float64bits(got) != math.Float64bits(g[1]) {
			t.Errorf("Log(%v) = %v, want %v", g[0], got, g[1])
		}
	}
}

// What is not positive and normal gets math.Log's answer.
func TestLogOthers(t *testing.T) {
	for _, x := range []float64{0, math.Copysign(0, -1), -1, math.Inf(1), math.Inf(-1), math.NaN(), 5e-324} {
		if got, want := Log(x), math.Log(x); math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("Log(%v) = %v, want %v", x, got, want)
		}
	}
}
