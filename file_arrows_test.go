package gradtwin

import (
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// arrows holds, of each file of a package, the files that define what it uses, and
// some of the names it uses of them.
type arrows map[string]map[string][]string

// Each file of a package stands for one concept and needs only files before it, so
// that they can be read one after the other.
func TestFilesRunOneWay(t *testing.T) {
	dirs, exports := packages(t)
	for _, dir := range dirs {
		a := fileArrows(t, dir, exports)
		for _, cyclic := range a.cyclic() {
			from, to := cyclic[0], cyclic[1]
			t.Errorf("%s: %s needs %s (%s), which needs %s by some way back: move what closes the cycle",
				dir, from, to, strings.Join(a[from][to], ", "), from)
		}
	}
	if a := fileArrows(t, "./compare", exports); !slices.Contains(dirs, "./compare") || len(a["check.go"]) == 0 {
		t.Error("compare's check.go needs no other file, or compare was not looked at")
	}
}

// packages returns the folders of this module's packages, and the file with the
// exported types of each package that they import.
func packages(t *testing.T) (dirs []string, exports map[string]string) {
	t.Helper()
	list, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	exports = map[string]string{}
	for line := range strings.Lines(string(list)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		exports[path] = file
		if dir, ok := strings.CutPrefix(path+"/", module+"/"); ok {
			dirs = append(dirs, "./"+strings.TrimSuffix(dir, "/"))
		}
	}
	return dirs, exports
}

// fileArrows type-checks a package without its tests.
func fileArrows(t *testing.T, dir string, exports map[string]string) arrows {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if used, err := build.Default.MatchFile(dir, filepath.Base(name)); err != nil {
			t.Fatal(err)
		} else if !used || strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	open := func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }
	checker := types.Config{Importer: importer.ForCompiler(fset, "gc", open)}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	p, err := checker.Check(dir, fset, files, info)
	if err != nil {
		t.Fatal(err)
	}
	a := arrows{}
	for id, object := range info.Uses {
		if object.Pkg() == p {
			from, to := fset.Position(id.Pos()).Filename, fset.Position(object.Pos()).Filename
			a.add(filepath.Base(from), filepath.Base(to), object.Name())
		}
	}
	return a
}

func (a arrows) add(from, to, name string) {
	if from == to {
		return
	}
	if a[from] == nil {
		a[from] = map[string][]string{}
	}
	if !slices.Contains(a[from][to], name) {
		a[from][to] = append(a[from][to], name)
		slices.Sort(a[from][to])
	}
}

// cyclic returns the arrows that are part of a cycle, in order.
func (a arrows) cyclic() (list [][2]string) {
	for _, from := range slices.Sorted(maps.Keys(a)) {
		for _, to := range slices.Sorted(maps.Keys(a[from])) {
			if a.leads(to, from, map[string]bool{}) {
				list = append(list, [2]string{from, to})
			}
		}
	}
	return list
}

// leads reports whether some arrows lead from one file to another.
func (a arrows) leads(from, to string, seen map[string]bool) bool {
	if from == to {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	for next := range a[from] {
		if a.leads(next, to, seen) {
			return true
		}
	}
	return false
}

func TestCyclicArrows(t *testing.T) {
	for _, tt := range []struct {
		arrows string
		want   [][2]string
	}{
		{"ab ac bc", nil},
		{"ab ba bc", [][2]string{{"a", "b"}, {"b", "a"}}},
		{"ab bc ca cd", [][2]string{{"a", "b"}, {"b", "c"}, {"c", "a"}}},
		{"ab bd cb dc", [][2]string{{"b", "d"}, {"c", "b"}, {"d", "c"}}},
	} {
		a := arrows{}
		for _, arrow := range strings.Fields(tt.arrows) {
			a.add(arrow[:1], arrow[1:], "x")
		}
		if got := a.cyclic(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: cyclic %v, want %v", tt.arrows, got, tt.want)
		}
	}
}
