// Command systems type-checks and vets the module in a folder, with its tests, for
// other systems and processors. It reads all that they import from source, which
// takes a tenth of the time that compiling for them does, and prints what it finds.
//
//	go run -C .ci/systems . ../.. windows/amd64 darwin/arm64
package main

import (
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/analysis/passes/asmdecl"
	"golang.org/x/tools/go/analysis/passes/buildtag"
	"golang.org/x/tools/go/analysis/passes/copylock"
	"golang.org/x/tools/go/analysis/passes/directive"
	"golang.org/x/tools/go/analysis/passes/framepointer"
	"golang.org/x/tools/go/analysis/passes/shift"
	"golang.org/x/tools/go/analysis/passes/sigchanyzer"
	"golang.org/x/tools/go/analysis/passes/structtag"
	"golang.org/x/tools/go/analysis/passes/unsafeptr"
	"golang.org/x/tools/go/packages"
)

// analyzers are those of go vet whose findings can differ between systems: they look
// at assembly, build constraints, signals and the sizes of types.
var analyzers = []*analysis.Analyzer{
	asmdecl.Analyzer, buildtag.Analyzer, copylock.Analyzer, directive.Analyzer, framepointer.Analyzer,
	shift.Analyzer, sigchanyzer.Analyzer, structtag.Analyzer, unsafeptr.Analyzer,
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: systems FOLDER GOOS/GOARCH...")
	}
	found := 0
	for _, system := range os.Args[2:] {
		goos, goarch, _ := strings.Cut(system, "/")
		all, err := packages.Load(&packages.Config{
			Dir:   os.Args[1],
			Tests: true,
			Env:   append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0"),
			Mode:  packages.LoadAllSyntax,
		}, "./...")
		if err != nil {
			log.Fatal(err)
		}
		findings := typeErrors(all)
		if len(findings) == 0 {
			findings = vet(all)
		}
		// A package with tests is loaded without and with them.
		slices.Sort(findings)
		findings = slices.Compact(findings)
		for _, f := range findings {
			fmt.Println(f)
		}
		fmt.Printf("%s: %d packages, %d findings\n", system, len(all), len(findings))
		found += len(findings)
	}
	if found > 0 {
		os.Exit(1)
	}
}

// typeErrors returns what keeps packages from being type-checked.
func typeErrors(all []*packages.Package) (findings []string) {
	packages.Visit(all, nil, func(p *packages.Package) {
		for _, err := range p.Errors {
			findings = append(findings, err.Error())
		}
	})
	return findings
}

// vet returns what the analyzers find.
func vet(all []*packages.Package) (findings []string) {
	graph, err := checker.Analyze(analyzers, all, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, root := range graph.Roots {
		if root.Err != nil {
			log.Fatal(root.Err)
		}
		for _, d := range root.Diagnostics {
			findings = append(findings, fmt.Sprintf("%v: %s", root.Package.Fset.Position(d.Pos), d.Message))
		}
	}
	return findings
}
