package shard

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"gradtwin/compare"
)

// File is what one shard's file holds.
type File struct {
	// Config is the first line of the check's JSON: what is needed to run it
	// again, and where it ran.
	Config json.RawMessage `json:"config"`
	Part   *compare.Part   `json:"part"`
}

// version is the version of the file's form. A file of another one is refused.
const version = 2

const format = "gradtwin check part"

// envelope is the file: its content, with the checksum that shows whether it is whole.
type envelope struct {
	Format  string          `json:"format"`
	Version int             `json:"version"`
	SHA256  string          `json:"sha256"` // of the content, as it stands here
	Content json.RawMessage `json:"content"`
}

// pattern matches what Name returns.
const pattern = "part-*-of-*.json"

// Name returns the name of a shard's file in the folder of all of them.
func Name(s compare.Shard) string { return fmt.Sprintf("part-%d-of-%d.json", s.Index, s.Count) }

// Encode returns the file's bytes. The same findings give the same bytes.
func (f File) Encode() ([]byte, error) {
	content, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(envelope{format, version, checksum(content), content})
	return append(text, '\n'), err
}

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// decode is the inverse of Encode.
func decode(text []byte) (*File, error) {
	var e envelope
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, fmt.Errorf("not a part of a check, or not a whole one: %w", err)
	}
	if e.Format != format {
		return nil, errors.New("a file of something else: want one written by gradtwin check --shard")
	}
	if e.Version != version {
		return nil, fmt.Errorf("version %d: this gradtwin reads version %d", e.Version, version)
	}
	if got := checksum(e.Content); got != e.SHA256 {
		return nil, fmt.Errorf("damaged: SHA-256 %s, want %s", got, e.SHA256)
	}
	f := &File{}
	if err := json.Unmarshal(e.Content, f); err != nil {
		return nil, err
	}
	if f.Part == nil || len(f.Config) == 0 {
		return nil, errors.New("no part of a check in it")
	}
	return f, nil
}

// Find returns the files that a path stands for: itself, or all parts in a
// folder.
func Find(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("part of a check: %w", err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("parts of a check: %w", err)
	}
	var files []string
	for _, e := range entries {
		if ok, _ := filepath.Match(pattern, e.Name()); ok {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no parts of a check in %s: want files like %s", path, Name(compare.Shard{Index: 3, Count: 8}))
	}
	return files, nil
}

// Read reads one file.
func Read(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("part of a check: %w", err)
	}
	f, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// withoutData cuts --data off the end of a command line: the data may lie elsewhere
// on each machine, and its checksums are compared.
func withoutData(replay json.RawMessage) json.RawMessage {
	line, _, _ := bytes.Cut(bytes.Trim(replay, `"`), []byte(" --data "))
	return line
}

// Differs says in which setting of their configurations a and b differ, "" when
// in none. Where they ran does not count.
func (f *File) Differs(g *File) string {
	var a, b map[string]json.RawMessage
	if json.Unmarshal(f.Config, &a) != nil || json.Unmarshal(g.Config, &b) != nil {
		return "configurations that are not JSON objects"
	}
	var keys []string
	for _, m := range []map[string]json.RawMessage{a, b} {
		for key := range m {
			if key != "environment" && key != "replay" && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	// The command line says most, so it comes first.
	for _, key := range append([]string{"replay"}, keys...) {
		x, y := a[key], b[key]
		if key == "replay" {
			x, y = withoutData(x), withoutData(y)
		}
		if !bytes.Equal(x, y) {
			return fmt.Sprintf("of checks whose %s is %s and %s", key, a[key], b[key])
		}
	}
	return ""
}
