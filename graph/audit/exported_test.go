package audit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every exported function of Gorgonia's that returns a node or nodes is an
// operation of the catalogue or is left out for a reason.
func TestCatalogueIsComplete(t *testing.T) {
	text, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "gorgonia.org/gorgonia").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	functions := nodeFunctions(t, strings.TrimSpace(string(text)))
	if !slices.Contains(functions, "SoftMax") || !slices.Contains(functions, "BatchNorm") {
		t.Fatalf("functions %v: the search finds too little", functions)
	}
	var ops []string
	for _, c := range catalogue() {
		ops = append(ops, c.Op)
	}
	for _, name := range functions {
		_, left := leftOut[name]
		if covered := slices.Contains(ops, name); covered == left {
			t.Errorf("%s: a case %v, left out %v: want one of them", name, covered, left)
		}
	}
	for name := range leftOut {
		if !slices.Contains(functions, name) {
			t.Errorf("%s is left out, and Gorgonia has no such function", name)
		}
	}
}

func nodeFunctions(t *testing.T, dir string) []string {
	var names []string
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if gpuOnly(file) {
			continue
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && f.Recv == nil && f.Name.IsExported() && givesNodes(f.Type.Results) && !slices.Contains(names, f.Name.Name) {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names
}

func gpuOnly(file *ast.File) bool {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if c.Pos() < file.Package && strings.Contains(c.Text, "build cuda") {
				return true
			}
		}
	}
	return false
}

func givesNodes(results *ast.FieldList) bool {
	if results == nil {
		return false
	}
	for _, f := range results.List {
		switch x := f.Type.(type) {
		case *ast.StarExpr:
			if id, ok := x.X.(*ast.Ident); ok && id.Name == "Node" {
				return true
			}
		case *ast.Ident:
			if x.Name == "Nodes" {
				return true
			}
		}
	}
	return false
}
