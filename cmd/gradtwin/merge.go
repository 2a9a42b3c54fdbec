package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gradtwin/compare"
	"gradtwin/internal/shard"
)

func (a *app) mergeCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "merge PART...",
		Short: "Join the parts of a check that was divided by check --shard",
		Long: `Each PART is a file that check --shard wrote, or a folder with such files. The
report is the one that a single process prints, to the byte. A part that is
missing, there twice, damaged, or of another check is an error.

` + exitCodes,
		Example: `  gradtwin merge parts`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("merge: no part given: want files of check --shard, or their folder")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.merge(args, asJSON) },
	}
	addJSON(cmd.Flags(), &asJSON)
	return cmd
}

func (a *app) merge(args []string, asJSON bool) error {
	var paths []string
	for _, arg := range args {
		found, err := shard.Find(arg)
		if err != nil {
			return err
		}
		paths = append(paths, found...)
	}
	var files []*shard.File
	var parts []*compare.Part
	for _, path := range paths {
		f, err := shard.Read(path)
		if err != nil {
			return err
		}
		files, parts = append(files, f), append(parts, f.Part)
		if text := files[0].Differs(f); text != "" {
			return fmt.Errorf("%s and %s are %s", paths[0], path, text)
		}
	}
	found, err := compare.Merge(parts)
	if refused := new(compare.MergeError); errors.As(err, &refused) {
		return mergeError(refused, paths)
	}
	if err != nil {
		return err
	}
	// Where they ran is the first shard's.
	first := slices.IndexFunc(parts, func(p *compare.Part) bool { return p.Shard().Index == 1 })
	config := files[first].Config
	var kept struct{ Replay string }
	if err := json.Unmarshal(config, &kept); err != nil {
		return fmt.Errorf("%s: %w", paths[first], err)
	}
	found.Replay = kept.Replay
	return a.checked(config, asJSON, found, sweeps{})
}

// mergeError names the files that a merge could not join.
func mergeError(e *compare.MergeError, paths []string) error {
	var names []string
	for _, i := range e.Parts {
		names = append(names, paths[i])
	}
	if names == nil {
		return fmt.Errorf("merge: %w", e)
	}
	return fmt.Errorf("%s: %w", strings.Join(names, " and "), e)
}
