package report_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/internal/report"
)

// keys collects the names that a type has in JSON, and those of what it holds.
// The checker's report has its own documentation.
func keys(t reflect.Type, into map[string]bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		keys(t.Elem(), into)
	case reflect.Struct:
		if t == reflect.TypeFor[compare.Report]() {
			return
		}
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" || name == "" && !f.Anonymous {
				continue
			}
			if name != "" {
				into[name] = true
			}
			keys(f.Type, into)
		}
	}
}

// docs/results.md names every key of results.json and every array of a point.
func TestResultsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/results.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	keys(reflect.TypeFor[report.Results](), found)
	if !found["version"] || !found["drift"] || !found["curvature"] || !found["layers"] {
		t.Fatalf("keys %v: some are missing", found)
	}
	for key := range found {
		if !strings.Contains(string(text), "`"+key+"`") {
			t.Errorf("docs/results.md does not name the key %s", key)
		}
	}
	names := []string{report.VerdictName}
	for _, v := range report.Vectors(&twin.Point{}) {
		names = append(names, v.Name)
	}
	for _, name := range names {
		if !strings.Contains(string(text), "`"+name+"/…`") {
			t.Errorf("docs/results.md does not name the arrays %s", name)
		}
	}
}
