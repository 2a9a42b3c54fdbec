package main

import (
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Flags that always have an effect, of all commands. --yes is a permission.
var always = strings.Fields(`data seed policy batch layers delta init steps lr yes backend backends every inject out json progress
	checkpoint resume mode budget tensors strict after sweep shard save init-from weights count benchtime against cpuprofile op
	program only failures markdown programs baseline fuzz help version
	check.diff-step compare.engine rates.engine graph.dtype`)

// Command lines with a flag that has no effect, by the command and the flag; the
// error has to say where it has none.
var withoutEffect = []struct{ args, flag, where string }{
	{"train --backend numeric --dtype float32", "dtype", "on numeric"},
	{"train --backend stock --dtype float64", "dtype", "on stock"},
	{"train --diff-step 1e-3", "diff-step", "on graph"},
	{"train --backend backprop --formula forward", "formula", "on backprop"},
	{"train --engine plain", "engine", "on graph"},
	{"train --init he --init-std 0.2", "init-std", "with --init he"},
	{"train --init xavier --init-std 0.2", "init-std", "with --init xavier"},
	{"train --policy fixed --inner 3", "inner", "with --policy fixed"},
	{"train --layers 784,10 --activation tanh", "activation", "without a hidden layer"},
	{"train --checkpoint-every 5", "checkpoint-every", "without --checkpoint or --resume"},
	{"train --checkpoint-every 10s", "checkpoint-every", "without --checkpoint or --resume"},
	{"train --init-from w.npz --init he", "init", "with --init-from"},
	{"train --init-from w.npz --init-std 0.2", "init-std", "with --init-from"},
	{"compare --backends stock,backprop --dtype float32", "dtype", "on stock and backprop"},
	{"compare --backends graph,backprop --diff-step 1e-3", "diff-step", "on graph and backprop"},
	{"compare --backends graph,backprop --formula forward", "formula", "on graph and backprop"},
	{"compare --init he --init-std 0.2", "init-std", "with --init he"},
	{"compare --policy fixed --inner 3", "inner", "with --policy fixed"},
	{"compare --layers 784,10 --activation tanh", "activation", "without a hidden layer"},
	{"compare --checkpoint-every 5", "checkpoint-every", "without --checkpoint or --resume"},
	{"rates --out OUT --backends stock,backprop --dtype float32", "dtype", "on stock and backprop"},
	{"rates --out OUT --backends graph,backprop --diff-step 1e-3", "diff-step", "on graph and backprop"},
	{"rates --out OUT --backends graph,backprop --formula forward", "formula", "on graph and backprop"},
	{"rates --out OUT --init he --init-std 0.2", "init-std", "with --init he"},
	{"rates --out OUT --policy fixed --inner 3", "inner", "with --policy fixed"},
	{"rates --out OUT --layers 784,10 --activation tanh", "activation", "without a hidden layer"},
	{"check --samples 10", "samples", "with --mode full"},
	{"check --mode probe --samples 10", "samples", "with --mode probe"},
	{"check --mode probe --engine plain", "engine", "with --mode probe"},
	{"check --mode sample --engine plain", "engine", "with --mode sample"},
	{"check --backend backprop --dtype float32", "dtype", "on backprop and numeric"},
	{"check --init he --init-std 0.2", "init-std", "with --init he"},
	{"check --layers 784,10 --activation tanh", "activation", "without a hidden layer"},
	{"check --tensors W1 --allow b1", "allow", "without it in --tensors"},
	{"check --tensors b1 --inject W1[154,37]*-1", "inject", "without W1 in --tensors"},
	{"bench --backend numeric,plain --dtype float32", "dtype", "on numeric and plain"},
	{"bench --init he --init-std 0.2", "init-std", "with --init he"},
	{"bench --layers 784,10 --activation tanh", "activation", "without a hidden layer"},
	{"graph --layers 784,10 --activation tanh", "activation", "without a hidden layer"},
	{"predict --weights w.npz --data DATA digit.png", "data", "on PNG files"},
	{"predict --weights w.npz --mistakes 3 digit.png", "mistakes", "on PNG files"},
	{"predict --weights w.npz --activation relu", "activation", "with weights that say theirs"},
	{"audit --seed 3", "seed", "without --fuzz"},
}

// Every flag is one that always has an effect, or is refused where it has none.
func TestFlagWithoutEffect(t *testing.T) {
	dir := t.TempDir()
	weights := filepath.Join(dir, "w.npz")
	save := []string{"train", "--data", "../../testdata/tiny", "--layers", "784,3,10", "--steps", "1", "--progress",
		"none", "--save", weights}
	if code := run(save, io.Discard, io.Discard); code != exitDone {
		t.Fatalf("exit code %d", code)
	}
	for _, tt := range withoutEffect {
		args := strings.Fields(strings.NewReplacer("w.npz", weights, "OUT", filepath.Join(dir, "out"), "DATA",
			dir).Replace(tt.args))
		if takesData(args) {
			args = append(args, "--data", "../../testdata/tiny")
		}
		var stdout, stderr bytes.Buffer
		code := run(args, &stdout, &stderr)
		want := "it has no effect " + tt.where
		if code != exitUsage || !strings.Contains(stderr.String(), "--"+tt.flag) ||
			!strings.Contains(stderr.String(), want) || stdout.Len() > 0 {
			t.Errorf("%s: exit code %d, %q, %q: want %d, and that of --%s %s", tt.args, code, stdout.String(),
				stderr.String(), exitUsage, tt.flag, want)
		}
	}
	for _, cmd := range (&app{stdout: io.Discard, stderr: io.Discard}).root().Commands() {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			refused := slices.ContainsFunc(withoutEffect, func(w struct{ args, flag, where string }) bool {
				return strings.HasPrefix(w.args, cmd.Name()+" ") && w.flag == f.Name
			})
			if !f.Hidden && !refused && !slices.Contains(always, f.Name) && !slices.Contains(always, cmd.Name()+"."+f.Name) {
				t.Errorf("%s --%s: does it always have an effect? Add it to always, or a line that refuses it", cmd.Name(), f.Name)
			}
		})
	}
}

// takesData reports whether a command line is one that reads a data set and names
// none.
func takesData(args []string) bool {
	root := (&app{stdout: io.Discard, stderr: io.Discard}).root()
	i := slices.IndexFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == args[0] })
	return root.Commands()[i].Flags().Lookup("data") != nil && !slices.Contains(args, "--data") && args[0] != "predict"
}
