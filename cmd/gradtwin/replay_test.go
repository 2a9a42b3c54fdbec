package main

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"
)

// What a repeated run need not have the same: times and memory.
var measured = regexp.MustCompile(`"(seconds|step_seconds|speed_ratio)":[^,}]*`)

// The command line after Replay, pasted, prints the same again: all but the times.
func TestReplayRunsTheSame(t *testing.T) {
	for _, args := range []string{
		"train --layers 784,5,10 --steps 3 --activation tanh --seed 3",
		"train --layers 784,5,10 --steps 3 --backend numeric --formula forward --yes",
		"train --layers 784,10 --steps 3 --policy fixed --init he",
		"compare --layers 784,5,10 --steps 3 --inject W2[3,4]*-1 --every 2",
		"compare --layers 784,5,10 --steps 3 --policy sgd --backends backprop,stock --inner 2",
		"check --layers 784,5,10 --mode sample --samples 30 --strict --allow b1,b2",
		"check --layers 784,5,10 --tensors W2 --sweep --inject W2[3,4]+1e-3 --budget 1000 --after 2",
		"check --layers 784,5,10 --dtype float32 --mode probe --diff-step 1e-5",
	} {
		print := func(args []string) string {
			t.Helper()
			var out bytes.Buffer
			if code := run(append(args, "--progress", "none"), &out, io.Discard); code != exitDone && code != exitDisagree &&
				code != exitNotJudged {
				t.Fatalf("%v: exit code %d", args, code)
			}
			return out.String()
		}
		given := append(strings.Fields(args), "--data", "../../testdata/tiny")
		text := print(given)
		_, replay, ok := strings.Cut(text, "\nReplay: ")
		replay, end, _ := strings.Cut(replay, "\n")
		if !ok || end != "" {
			t.Fatalf("%s: no last line with its replay:\n%s", args, text)
		}
		again := shellWords(replay)
		if again[0] != "gradtwin" {
			t.Fatalf("%s: replay %q", args, replay)
		}
		first := measured.ReplaceAllString(print(append(given, "--json")), "")
		second := measured.ReplaceAllString(print(append(again[1:], "--json")), "")
		if first != second {
			t.Errorf("%s, and its replay %s:\n%s\n%s", args, replay, first, second)
		}
	}
}
