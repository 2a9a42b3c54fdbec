package compare

import "context"

// TB is what Assert needs of a *testing.T, *testing.B or *testing.F.
type TB interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Assert fails the test unless the function's gradient passes Check: also where a
// tensor could not be judged, unless Options.Allow names it. A failure shows the
// element, both values, the bound, a diagnosis, and the options that repeat it. At
// most one Options is taken; none is the zero Options.
func Assert(t TB, f Function, o ...Options) {
	t.Helper()
	if len(o) > 1 {
		panic("compare: Assert takes one Options at most")
	}
	ctx := context.Background()
	if c, ok := t.(interface{ Context() context.Context }); ok {
		ctx = c.Context()
	}
	var options Options
	if len(o) == 1 {
		options = o[0]
	}
	report, err := Check(ctx, f, options)
	if err != nil {
		t.Fatalf("gradient check: %v", err)
		return
	}
	if !report.OK() {
		t.Errorf("gradient check:\n%s", report)
		return
	}
	for _, w := range report.Warnings {
		t.Logf("gradient check: %s", w)
	}
	for _, f := range report.Faults {
		t.Logf("gradient check: %s", labelledFault(f, false))
	}
}
