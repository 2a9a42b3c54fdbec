// Command licences lists the licence of every module whose packages are linked
// into a program. It fails when a module has no licence that is recognised, or
// one that is not allowed.
//
//	go run -C .ci/licences . ../.. ./cmd/gradtwin
//
// It is a module of its own: what it needs, the product does not.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/google/licensecheck"
)

// allowed are permissive licences: they ask for their texts and notices to go
// with a program, and leave its own licence free.
var allowed = []string{
	"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-4.0", "FTL", "MIT",
	"OFL-1.1", // of fonts, which may not be sold alone
	// In Arrow's file, most of it for its code in C++, which is not linked.
	"BSL-1.0", "CC0-1.0", "CC-BY-3.0", "HPND", "NCSA", "OpenSSL", "Zlib",
}

// platforms are what the listed program is built for: some modules are linked
// on one only.
var platforms = []string{"linux", "darwin", "windows"}

// chosen is the file of the licence where the names do not tell.
var chosen = map[string]string{
	"github.com/ajstarks/svgo":   "LICENSE",          // another file has its address
	"github.com/golang/freetype": "licenses/ftl.txt", // LICENSE leaves the choice of this or the GPL
}

// covered is how much of a licence file must be the text of known licences, in
// percent. The rest is names, years and headings.
const covered = 75

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying)([.-]|$)`)

type module struct {
	Path, Version, Dir string
	Main               bool
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: licences MODULE-DIR PACKAGE")
		os.Exit(2)
	}
	modules, err := linked(os.Args[1], os.Args[2])
	if err == nil {
		err = list(os.Stdout, modules)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// linked returns the modules of the packages of a program in dir, without its own, in
// the order of their paths.
func linked(dir, program string) ([]*module, error) {
	byPath := map[string]*module{}
	for _, goos := range platforms {
		cmd := exec.Command("go", "list", "-deps", "-json=Module", program)
		cmd.Env = append(os.Environ(), "GOOS="+goos)
		cmd.Dir, cmd.Stderr = dir, os.Stderr
		text, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list -deps %s for %s: %w", program, goos, err)
		}
		for d := json.NewDecoder(strings.NewReader(string(text))); ; {
			var p struct{ Module *module } // nil in the standard library
			if err := d.Decode(&p); err == io.EOF {
				break
			} else if err != nil {
				return nil, fmt.Errorf("go list -deps %s: %w", program, err)
			}
			if p.Module != nil && !p.Module.Main {
				byPath[p.Module.Path] = p.Module
			}
		}
	}
	return slices.SortedFunc(maps.Values(byPath), func(a, b *module) int { return strings.Compare(a.Path, b.Path) }), nil
}

// list prints a table of the modules and how many have each licence. The error
// tells of all modules that are not as they should be.
func list(w io.Writer, modules []*module) error {
	var errs []error
	counts := map[string]int{}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, m := range modules {
		ids, err := licences(os.DirFS(m.Dir), chosen[m.Path])
		if err != nil {
			errs = append(errs, fmt.Errorf("%s %s: %w", m.Path, m.Version, err))
			continue
		}
		for _, id := range ids {
			counts[id]++
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", m.Path, m.Version, strings.Join(ids, ", "))
	}
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(table, "\n%s\t%d of %d modules", id, counts[id], len(modules))
	}
	fmt.Fprintln(table)
	return errors.Join(append(errs, table.Flush())...)
}

// licences returns the SPDX identifiers of a module's licences, sorted: of the
// files at its root, or of the one that is chosen.
func licences(root fs.FS, choice string) (ids []string, err error) {
	names := []string{choice}
	if choice == "" {
		if names, err = fs.Glob(root, "*"); err != nil {
			return nil, err
		}
		names = slices.DeleteFunc(names, func(name string) bool { return !licenceFile.MatchString(name) })
	}
	if len(names) == 0 {
		return nil, errors.New("no licence file")
	}
	for _, name := range names {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return nil, err
		}
		c := licensecheck.Scan(text)
		if c.Percent < covered {
			return nil, fmt.Errorf("%s: %.0f %% of it is of known licences, want at least %d %%", name, c.Percent, covered)
		}
		for _, m := range c.Match {
			if !slices.Contains(allowed, m.ID) {
				return nil, fmt.Errorf("%s: the licence %s, want one of %s", name, m.ID, strings.Join(allowed, ", "))
			}
			ids = append(ids, m.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
