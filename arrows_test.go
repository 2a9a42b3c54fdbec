package gradtwin

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// module is the module's path, which internal/rename changes.
var module = reflect.TypeFor[Spec]().PkgPath()

// allowed says which of the module's own packages each may import, test files
// left out: they wire what the packages themselves keep apart. The root may
// import what no other package of the module is in.
var allowed = map[string][]string{
	module: {"gradtwin/internal/enum", "gradtwin/internal/libm"},
	"gradtwin/graph": rooms("building", "engine", "eval", "inspect", "memory", "ops", "peek", "replica", "tape",
		"training",
		module, "gradtwin/graph/faults"),
	"gradtwin/graph/faults": rooms("memory", "peek"),
	// What is below graph, from the ground up.
	"gradtwin/graph/internal/building": {},
	"gradtwin/graph/internal/memory":   {},
	"gradtwin/graph/internal/peek":     {},
	"gradtwin/graph/internal/engine":   rooms("peek", "gradtwin/internal/gemm"),
	"gradtwin/graph/internal/inspect":  rooms("memory", "peek"),
	"gradtwin/graph/internal/ops":      rooms("inspect", "memory", "peek"),
	"gradtwin/graph/internal/tape":     rooms("building", "memory", "ops", "peek"),
	"gradtwin/graph/internal/replica":  rooms("building", "inspect", "memory", "ops", "peek", "tape"),
	"gradtwin/graph/internal/eval": rooms("building", "inspect", "memory", "ops", "peek", "replica", "tape",
		module),
	"gradtwin/graph/internal/training": rooms("eval", "inspect", "memory", "ops", "peek", "replica", module),
	"gradtwin/graph/models":            {}, // tests alone
	"gradtwin/graph/audit": rooms("memory", "peek", module, "gradtwin/graph", "gradtwin/graph/faults",
		"gradtwin/compare", "gradtwin/internal/condition", "gradtwin/internal/enum"),
	"gradtwin/backprop": {module},
	"gradtwin/numeric":  {module, "gradtwin/internal/enum", "gradtwin/internal/simd"},
	"gradtwin/compare": {module, "gradtwin/internal/condition", "gradtwin/internal/enum", "gradtwin/internal/stats",
		"gradtwin/internal/words"},
	"gradtwin/compare/battery": {}, // tests alone
	"gradtwin/compare/rows":    {}, // tests alone
	"gradtwin/compare/twin":    {module, "gradtwin/compare", "gradtwin/internal/enum", "gradtwin/internal/stats"},
	"gradtwin/compare/twin/twintest": {module, "gradtwin/compare", "gradtwin/compare/twin", "gradtwin/graph",
		"gradtwin/numeric"},
	"gradtwin/internal/checkpoint":  {module, "gradtwin/internal/npz"},
	"gradtwin/internal/condition":   {},
	"gradtwin/internal/cputime":     {}, // for benchmarks
	"gradtwin/internal/digits":      {"gradtwin/internal/npz"},
	"gradtwin/internal/enum":        {},
	"gradtwin/internal/gemm":        {},
	"gradtwin/internal/gemm/asm":    {},
	"gradtwin/internal/golden":      {module},
	"gradtwin/internal/libm":        {},
	"gradtwin/internal/simd":        {},
	"gradtwin/internal/simd/asm":    {},
	"gradtwin/internal/mnist":       {module},
	"gradtwin/internal/rename":      {},
	"gradtwin/internal/progress":    {},
	"gradtwin/internal/npz":         {},
	"gradtwin/internal/npz/npztest": {},
	"gradtwin/internal/page": {module, "gradtwin/compare", "gradtwin/compare/twin",
		"gradtwin/internal/report", "gradtwin/internal/stats", "gradtwin/internal/words"},
	"gradtwin/internal/report": {module, "gradtwin/compare", "gradtwin/compare/twin",
		"gradtwin/internal/npz", "gradtwin/internal/stats", "gradtwin/internal/words"},
	"gradtwin/internal/report/reporttest": {module, "gradtwin/compare", "gradtwin/compare/twin",
		"gradtwin/internal/report"},
	"gradtwin/internal/words":   {"gradtwin/internal/stats"},
	"gradtwin/internal/shard":   {"gradtwin/compare"},
	"gradtwin/internal/stats":   {},
	"gradtwin/internal/weights": {module, "gradtwin/internal/npz", "gradtwin/internal/stats", "gradtwin/internal/words"},
}

// rooms writes a name without a slash for the package of that name below graph.
func rooms(names ...string) []string {
	for i, name := range names {
		if name != module && !strings.Contains(name, "/") {
			names[i] = "gradtwin/graph/internal/" + name
		}
	}
	return names
}

// The command may import anything; nothing may import Gorgonia but graph and
// what is below it.
func TestImportsRunOneWay(t *testing.T) {
	text, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(text))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		for _, problem := range wrongImports(p.ImportPath, p.Imports) {
			t.Error(problem)
		}
	}
	if seen == 0 {
		t.Error("no packages listed")
	}
}

func wrongImports(path string, imports []string) []string {
	var problems []string
	rule, ruled := allowed[path]
	command := strings.HasPrefix(path, "gradtwin/cmd/")
	if !ruled && !command {
		problems = append(problems, path+": a package without a rule: add what it may import")
	}
	for _, imp := range imports {
		own := imp == module || strings.HasPrefix(imp, "gradtwin/")
		if own && !command && !slices.Contains(rule, imp) {
			problems = append(problems, path+" imports "+imp+", against the direction of imports")
		}
		if strings.HasPrefix(imp, "gorgonia.org/") && path != "gradtwin/graph" &&
			!strings.HasPrefix(path, "gradtwin/graph/") {
			problems = append(problems, path+" imports "+imp+": only graph and what is below it may")
		}
	}
	return problems
}

func TestWrongImports(t *testing.T) {
	for _, tt := range []struct {
		path, imp string
		wrong     int
	}{
		{"gradtwin/compare", "gradtwin/graph", 1},
		{"gradtwin/compare", "gradtwin/compare/twin", 1},
		{"gradtwin/compare/twin", "gradtwin/graph", 1},
		{"gradtwin/compare/twin", "gradtwin/compare", 0},
		{"gradtwin/numeric", "gorgonia.org/tensor", 1},
		{module, "gradtwin/compare", 1},
		{"gradtwin/internal/new", "fmt", 1},
		{"gradtwin/graph", "gorgonia.org/gorgonia", 0},
		{"gradtwin/cmd/gradtwin", "gradtwin/graph", 0},
	} {
		if got := wrongImports(tt.path, []string{tt.imp}); len(got) != tt.wrong {
			t.Errorf("%s importing %s: %v, want %d problems", tt.path, tt.imp, got, tt.wrong)
		}
	}
}
