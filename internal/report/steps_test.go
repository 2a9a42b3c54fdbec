package report_test

import (
	"os"
	"path/filepath"
	"testing"

	"gradtwin/internal/report"
	"gradtwin/internal/report/reporttest"
)

// The numbers have all their digits.
func TestSteps(t *testing.T) {
	dir := report.Dir(t.TempDir())
	if err := dir.WriteSteps(reporttest.Sample(false)); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(string(dir), "steps-fixed.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := `step,loss_symbolic,loss_numeric,seconds_symbolic,seconds_numeric,drift
1,2,2,0.001,0.004,0
2,1.5,1.5,0.002,0.004,1e-09
3,1.25,1.5,0.001,0.002,1e-07
`
	if string(got) != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
