package main

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// isc is a licence that is permissive too, but that nothing linked has.
const isc = `Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.
`

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

func TestLicences(t *testing.T) {
	for _, tt := range []struct {
		name   string
		files  map[string]string
		choice string
		want   []string
		err    string
	}{
		{"known", map[string]string{"LICENSE.md": mit}, "", []string{"MIT"}, ""},
		{"one file not allowed", map[string]string{"COPYING": mit, "LICENCE": isc}, "", nil,
			"LICENCE: the licence ISC, want one of"},
		{"one is chosen", map[string]string{"COPYING": mit, "LICENCE": isc}, "COPYING", []string{"MIT"}, ""},
		{"chosen, not there", map[string]string{"LICENSE": mit}, "MIT.txt", nil, "MIT.txt"},
		{"none", map[string]string{"README.md": mit, "docs/LICENSE": mit}, "", nil, "no licence file"},
		{"unknown", map[string]string{"LICENSE": "Do what you like."}, "", nil, "LICENSE: 0 % of it is of known licences"},
		{"with more", map[string]string{"LICENSE": mit + strings.Repeat("And send me a postcard. ", 30)}, "", nil,
			"% of it is of known licences"},
	} {
		root := fstest.MapFS{}
		for name, text := range tt.files {
			root[name] = &fstest.MapFile{Data: []byte(text)}
		}
		got, err := licences(root, tt.choice)
		if !slices.Equal(got, tt.want) || (err == nil) != (tt.err == "") ||
			err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %v, error %v: want %v, error %q", tt.name, got, err, tt.want, tt.err)
		}
	}
}

// All of a program's modules are found and named, and what is wrong with any
// is an error.
func TestList(t *testing.T) {
	modules, err := linked("../..", "./cmd/gradtwin")
	if err != nil {
		t.Fatal(err)
	}
	byPath := map[string]*module{}
	for _, m := range modules {
		byPath[m.Path] = m
	}
	// Cobra needs mousetrap on Windows alone; staticcheck is a tool.
	const some = "gorgonia.org/gorgonia"
	for path, want := range map[string]bool{some: true, "github.com/inconshreveable/mousetrap": true, "gradtwin": false,
		"honnef.co/go/tools": false} {
		if got := byPath[path] != nil; got != want {
			t.Errorf("%s is linked: %v, want %v", path, got, want)
		}
	}
	var out strings.Builder
	bad := &module{Path: "example.org/bad", Version: "v1.0.0", Dir: t.TempDir()}
	err = list(&out, []*module{byPath[some], bad})
	if err == nil || err.Error() != "example.org/bad v1.0.0: no licence file" {
		t.Errorf("error %v", err)
	}
	if want := some + "  " + byPath[some].Version + "  Apache-2.0"; !strings.Contains(out.String(), want) {
		t.Errorf("%s\nwant %q", out.String(), want)
	}
}
