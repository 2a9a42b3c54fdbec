package compare_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"gradtwin/compare"
)

// The headline never promises more than the report resolves: it writes the error
// with one digit, rounded up, and its share of the gradient as one part in fewer.
func TestHeadlinePower(t *testing.T) {
	for _, c := range []struct {
		ok                   int
		resolution, relative float64
		want                 string
	}{
		{1, 2e-8, 0, "1 element agrees; an error above 2e-08 would have shown"},
		{12, 2.04e-8, 2.5e-7, "12 elements agree; an error above 3e-08 would have shown (at worst 1 part in 10^6 of a " +
			"tensor's largest gradient)"},
		{2, 9.1e-3, 1.0 / 1234.5, "2 elements agree; an error above 1e-02 would have shown (at worst 1 part in 1234 of a " +
			"tensor's largest gradient)"},
		{2, 7, 1.5, "2 elements agree; an error above 7e+00 would have shown (at worst 1.5 times the size of a tensor's " +
			"largest gradient)"},
	} {
		r := compare.Report{Resolution: c.resolution, RelativeResolution: c.relative}
		r.Counts.OK, r.Checked, r.Total = c.ok, c.ok, c.ok
		text := strings.Join(strings.Fields(r.String()), " ")
		if !strings.HasPrefix(text, "OK "+c.want) {
			t.Errorf("resolution %g, relative %g:\n%s\nwant\n%s", c.resolution, c.relative, text, c.want)
		}
	}
}

// A narrower text has the same words in narrower lines.
func TestTextColumns(t *testing.T) {
	r := compare.Report{Resolution: 2e-8, RelativeResolution: 2.5e-7,
		Replay: "compare.Options{Mode: compare.Full, Seed: 8, Samples: 20}"}
	r.Counts.OK, r.Checked, r.Total = 12, 12, 12
	r.Worst = []compare.Element{{Tensor: "W1", Index: []int{3}, Verdict: compare.Wrong,
		Symbolic: 1, Numeric: 2, Noise: 1e-9, Step: 1e-5, Error: 1, Bound: 1e-8}}
	wide := r.String()
	for _, columns := range []int{40, 60, 80} {
		text := r.Text(columns)
		if got, want := strings.Fields(text), strings.Fields(wide); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%d columns: other words:\n%s\nwant\n%s", columns, text, wide)
		}
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns {
				t.Errorf("%d columns: a line of %d: %s", columns, n, line)
			}
		}
	}
	r.Replay = ""
	if text := r.String(); strings.Contains(text, "replay") {
		t.Errorf("without a replay:\n%s", text)
	}
}
