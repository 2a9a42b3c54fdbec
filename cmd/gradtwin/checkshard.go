package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gradtwin/compare"
	"gradtwin/internal/report"
	"gradtwin/internal/shard"
)

// part returns the shard to check, the zero one for the whole.
func (f *checkFlags) part(out *outputFlags) (compare.Shard, error) {
	if f.shard == "" {
		return compare.Shard{}, nil
	}
	s, err := shard.Parse(f.shard, os.Getenv)
	switch {
	case err != nil:
		return s, usageError{err}
	case out.out == "":
		return s, usagef("shard %v: --out says which folder the part goes to", s)
	case f.sweep:
		return s, usagef("shard %v: a --sweep is not divided", s)
	case f.mode == compare.Probe.String():
		return s, usagef("shard %v: a check in mode probe is not divided: want full or sample", s)
	case f.budget != "":
		return s, usagef("shard %v: a --budget is not divided", s)
	}
	// Bazel takes a test that does not touch the file for one that runs whole in
	// every shard.
	if path := os.Getenv(shard.BazelStatusFile); path != "" && strings.HasPrefix(f.shard, shard.Auto) {
		file, err := os.Create(path)
		if err != nil {
			return s, fmt.Errorf("%s: %w", shard.BazelStatusFile, err)
		}
		file.Close()
	}
	return s, nil
}

// wrote writes a part of a check, prints what is in it, and returns
// errDisagree when it is something wrong.
func (a *app) wrote(dir report.Dir, f shard.File, out *outputFlags) error {
	content, err := f.Encode()
	if err != nil {
		return err
	}
	s, r := f.Part.Shard(), f.Part.Report()
	if err := dir.Write(shard.Name(s), content); err != nil {
		return err
	}
	path := filepath.Join(string(dir), shard.Name(s))
	if !out.json {
		if _, err := fmt.Fprintf(a.stdout, "Shard %v is in %s.\n%s", s, path, r); err != nil {
			return err
		}
		return agreed(r)
	}
	return a.checkedJSON(f.Config, r, struct {
		Type  string          `json:"type"` // part
		Shard string          `json:"shard"`
		File  string          `json:"file"`
		Agree bool            `json:"agree"` // as far as this part tells
		Check *compare.Report `json:"check"`
	}{"part", s.String(), path, r.OK(), r})
}
