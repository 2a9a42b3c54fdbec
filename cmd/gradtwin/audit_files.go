package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/sys/atomicwriter"

	"gradtwin/graph/audit"
)

// readBaseline reads an earlier audit; nil without one.
func readBaseline(path string) ([]audit.Row, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := audit.ReadRows(file)
	if err != nil {
		return nil, fmt.Errorf("--baseline %s: %w", path, err)
	}
	return rows, nil
}

// writePages writes the page to read and that of the tables.
func writePages(dir string, rows []audit.Row, v audit.Versions) error {
	for name, write := range map[string]func(io.Writer, []audit.Row, audit.Versions) error{"audit.md": audit.Page,
		"audit-tables.md": audit.Tables} {
		var b bytes.Buffer
		if err := write(&b, rows, v); err != nil {
			return err
		}
		if err := atomicwriter.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// writePrograms writes a folder with a main.go for each failure, and removes
// those of failures that are gone.
func writePrograms(dir string, rows []audit.Row) error {
	programs, err := audit.Programs(rows)
	if err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*", "main.go"))
	if err != nil {
		return err
	}
	for _, path := range old {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.Contains(string(text), audit.Marker) {
			if err := os.RemoveAll(filepath.Dir(path)); err != nil {
				return err
			}
		}
	}
	for _, p := range programs {
		folder := filepath.Join(dir, p.Name)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, "main.go"), []byte(p.Text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
