package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// One fault in a float32 gradient is one wrong element.
func TestInjectSingle(t *testing.T) {
	var out bytes.Buffer
	args := []string{"check", "--data", "../../testdata/tiny", "--layers", "784,6,10", "--dtype", "float32", "--inject",
		"b2[3]+1e-3", "--progress", "none"}
	if code := run(args, &out, io.Discard); code != exitDisagree ||
		!strings.Contains(out.String(), "WRONG  1 element of 4,780 judged, in b2\nWRONG  b2[3]\n") {
		t.Errorf("exit code %d:\n%s", code, out.String())
	}
}
