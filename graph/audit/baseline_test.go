package audit

import (
	"encoding/json"
	"strings"
	"testing"
)

// What is worse is reported, and nothing else.
func TestCompare(t *testing.T) {
	wrong := func(got float64) Outcome {
		return Outcome{Verdict: WrongGradient, Element: "x[0]", Got: got, Want: 1}
	}
	for _, tt := range []struct {
		name          string
		before, after Outcome
		worse         bool
	}{
		{"right stays", Outcome{Verdict: Right}, Outcome{Verdict: Right}, false},
		{"mended", wrong(2), Outcome{Verdict: Right}, false},
		{"broken", Outcome{Verdict: Right}, wrong(2), true},
		{"refuses now", Outcome{Verdict: Right}, Outcome{Verdict: ByDesign}, true},
		{"an error in place of a wrong number", wrong(2), Outcome{Verdict: Failed}, false},
		{"ends the process now", Outcome{Verdict: Failed}, Outcome{Verdict: Panicked}, true},
		{"the same error", wrong(2), wrong(2.0001), false},
		{"a larger error", wrong(2), wrong(3), true},
		{"on the other side, and larger", wrong(2), wrong(-1), true},
		{"a smaller error", wrong(3), wrong(2), false},
		{"zero, and then half of it", Outcome{Verdict: Zero, Element: "x[0]", Want: 1}, wrong(0.5), false},
		{"zero, and then the other sign", Outcome{Verdict: Zero, Element: "x[0]", Want: 1}, wrong(-1), true},
		{"NaN now", wrong(2), Outcome{Verdict: WrongGradient, Note: "x[0] is NaN"}, true},
		{"judged no more", Outcome{Verdict: Right}, Outcome{}, true},
		{"judged now, right", Outcome{}, Outcome{Verdict: Right}, false},
		{"judged now, wrong", Outcome{}, wrong(2), true},
	} {
		row := func(o Outcome) []Row {
			o.Cell = "tape"
			return []Row{{Type: TypeOperation, Op: "Tanh", Variant: "4", Outcomes: []Outcome{o}}}
		}
		c := Compare(row(tt.before), row(tt.after))
		if c.Outcomes != 1 || c.Gone != 0 || c.New != 0 {
			t.Errorf("%s: %+v: want one outcome compared", tt.name, c)
		}
		if got := len(c.Worse) == 1; got != tt.worse {
			t.Errorf("%s: worse %v, want %v", tt.name, got, tt.worse)
		}
	}
	c := Compare([]Row{{Op: "a"}, {Op: "b"}}, []Row{{Op: "b"}, {Op: "c"}, {Op: "d"}})
	if c.Gone != 1 || c.New != 2 {
		t.Errorf("%+v: want 1 gone and 2 new", c)
	}
}

// The rows are read as they are written.
func TestReadRows(t *testing.T) {
	c := catalogue()[0]
	row := c.row()
	row.Outcomes[tapeLeaf] = c.run(tapeLeaf)
	var b strings.Builder
	b.WriteString(`{"type":"config","command":"audit"}` + "\n")
	if err := json.NewEncoder(&b).Encode(row); err != nil {
		t.Fatal(err)
	}
	rows, err := ReadRows(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 || rows[0].Name() != c.Name() || rows[0].Outcomes[tapeLeaf] != row.Outcomes[tapeLeaf] {
		t.Errorf("%+v: want %+v", rows, row)
	}
	for text, want := range map[string]string{
		"":                                     "no row",
		`{"type":"config"}`:                    "no row",
		"operation variant":                    "line 1: ",
		"{}\n" + `{"outcomes":[1]}`:            "line 2: ",
		`{"outcomes":[{"verdict":"perfect"}]}`: `verdict "perfect": want one of not run, right`,
	} {
		if _, err := ReadRows(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
