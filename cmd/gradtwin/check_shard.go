package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gradtwin/compare"
	"gradtwin/internal/report"
	"gradtwin/internal/shard"
	"gradtwin/internal/words"
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

// wrote writes a part of a check, prints what is known from it alone, and returns
// errDisagree when that is something wrong. Whether all was judged only the parts
// together say.
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
	wrong := r != nil && r.Wrong()
	if out.json {
		err = a.partJSON(f.Config, partLine{"part", s.String(), path, !wrong, r})
	} else {
		err = a.partText(s, path, r)
	}
	if err == nil && wrong {
		err = errDisagree
	}
	return err
}

// partText prints a part; r is nil where nothing is known from it alone.
func (a *app) partText(s compare.Shard, path string, r *compare.Report) error {
	found := "Nothing is known from it alone"
	switch {
	case r == nil:
	case r.Wrong():
		a.say("Shard %v is in %s. It found something wrong; what the others do counts as not checked here:", s, path)
		a.printReport(r)
		return nil
	default:
		found = fmt.Sprintf("It found nothing wrong, with %s of %s elements judged one by one", words.Int(r.Checked),
			words.Int(r.Total))
	}
	a.say("Shard %v is in %s. %s: merge says whether the gradients agree.", s, path, found)
	return nil
}

type partLine struct {
	Type  string          `json:"type"` // part
	Shard string          `json:"shard"`
	File  string          `json:"file"`
	Agree bool            `json:"agree"` // nothing wrong was found in this part
	Check *compare.Report `json:"check"` // null where nothing is known from this part alone
}

func (a *app) partJSON(config json.RawMessage, l partLine) error {
	if err := a.line(config); err != nil {
		return err
	}
	return a.line(l)
}
