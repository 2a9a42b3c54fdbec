package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(leakChecked{m}, map[string]func(){"gradtwin": main})
}

// TestScript runs the command lines of testdata/script. $TESTDATA is the
// repository's testdata folder.
func TestScript(t *testing.T) {
	t.Parallel()
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TESTDATA", testdata)
			// A script without data must not find some.
			e.Setenv("GRADTWIN_DATA", "")
			return nil
		},
		RequireExplicitExec: true,
		Condition:           condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exitcode": exitCodeIs,
			"readonly": readOnly,
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// condition reports what the machine can do: mounts, mount file systems that only
// the process that mounted them sees; exists:FILE, whether that is there.
func condition(name string) (bool, error) {
	if name == "mounts" {
		return exec.Command("unshare", "-rm", "mount", "-t", "tmpfs", "none", os.TempDir()).Run() == nil, nil
	}
	if path, ok := strings.CutPrefix(name, "exists:"); ok {
		_, err := os.Stat(path)
		return err == nil, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// exitCodeIs runs a command line and fails unless it ends with the exit code:
// exitcode 2 gradtwin train …
func exitCodeIs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode CODE gradtwin ARG...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = err.Error()
	}
	if want := args[0]; got != want && got != "exit status "+want {
		ts.Fatalf("%v: exit code %v, want %s", args[1:], got, want)
	}
}

// readOnly makes a folder that nobody can write to, not even root: its place is
// taken by a file.
func readOnly(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: readonly FOLDER")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), nil, 0o444))
}
