package audit

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed *.go
var sources embed.FS

// isSource reports whether a file is code and not a test.
func isSource(name string) bool { return !strings.HasSuffix(name, "_test.go") }

// Fingerprint is a hash of this package's code and of the versions audited: a
// page with another one is stale.
func Fingerprint(v Versions) string {
	names, err := fs.Glob(sources, "*.go")
	if err != nil {
		panic("audit: " + err.Error()) // the pattern is wrong
	}
	slices.Sort(names)
	h := sha256.New()
	fmt.Fprintln(h, v.Gorgonia, v.Tensor)
	for _, name := range names {
		if !isSource(name) {
			continue
		}
		text, err := sources.ReadFile(name)
		if err != nil {
			panic("audit: " + err.Error()) // it is embedded
		}
		h.Write(text)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}
