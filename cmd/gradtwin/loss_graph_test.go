package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"gradtwin/compare/twin"
)

func TestLossGraph(t *testing.T) {
	s := twin.Series{Backend: "graph", Loss: make([]float64, 1000)}
	for i := range s.Loss {
		s.Loss[i] = 2.5 / float64(i+1)
	}
	n := s
	n.Backend = "numeric"
	plain := lossGraph("loss, sgd batches", screen{columns: 80}, s, n)
	if strings.ContainsRune(plain, '\x1b') {
		t.Errorf("an escape sequence without colour: %q", plain)
	}
	if !strings.Contains(plain, "loss, sgd batches") || !strings.Contains(plain, "2.500") {
		t.Errorf("no caption or no largest loss:\n%s", plain)
	}
	for line := range strings.Lines(plain) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("a line of %d columns: %q", n, line)
		}
	}
	colored := lossGraph("loss", screen{80, true}, s, n)
	if !strings.ContainsRune(colored, '\x1b') || !strings.Contains(colored, "numeric") {
		t.Errorf("no colour or no legend: %q", colored)
	}
	if got := lossGraph("loss", screen{80, true}, twin.Series{Loss: []float64{1}}); got != "" {
		t.Errorf("one step: %q, want nothing", got)
	}
}

func TestNoGraphOffTerminal(t *testing.T) {
	var out bytes.Buffer
	(&app{stdout: &out}).printLoss("loss", twin.Series{Loss: []float64{2, 1}})
	if out.Len() > 0 {
		t.Errorf("%q on what is no terminal", out.String())
	}
}
