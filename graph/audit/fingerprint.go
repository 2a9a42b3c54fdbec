package audit

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"go/scanner"
	"go/token"
	"io"
	"io/fs"
	"slices"
	"strings"

	"gradtwin/graph/faults"
)

//go:embed *.go
var sources embed.FS

// isSource reports whether a file is code and not a test.
func isSource(name string) bool { return !strings.HasSuffix(name, "_test.go") }

// Fingerprint is a hash of the versions audited, of the known faults and of this
// package's code without its comments and layout: a page with another one is stale.
func Fingerprint(v Versions) string {
	names, err := fs.Glob(sources, "*.go")
	if err != nil {
		panic("audit: " + err.Error()) // the pattern is wrong
	}
	slices.Sort(names)
	h := sha256.New()
	fmt.Fprintln(h, v.Gorgonia, v.Tensor)
	for _, k := range faults.Table() {
		fmt.Fprintf(h, "%q %q %d\n", k.Name(), []string{k.Problem, k.Instead}, k.Effect)
	}
	for _, name := range names {
		if !isSource(name) {
			continue
		}
		text, err := sources.ReadFile(name)
		if err != nil {
			panic("audit: " + err.Error()) // it is embedded
		}
		writeTokens(h, text)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// writeTokens writes the tokens of Go code, and neither comments nor line ends.
func writeTokens(w io.Writer, code []byte) {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(code)), code, nil, 0)
	for {
		_, t, literal := s.Scan()
		switch t {
		case token.EOF:
			return
		case token.SEMICOLON, token.COMMA: // which end lines, or stand before them
		default:
			fmt.Fprintln(w, t, literal)
		}
	}
}
