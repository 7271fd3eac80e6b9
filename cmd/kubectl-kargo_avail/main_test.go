package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// binary is the name under which kubectl finds the plugin.
const binary = "kubectl-kargo_avail"

var update = flag.Bool("update", false, "write what is printed now into the scripts")

// TestMain makes the real main a command of the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){binary: main, "kubectl_complete-kargo_avail": main})
}

// TestScripts runs test/scripts: each file is one behavior of the command line,
// with what it prints and how it exits. -update writes what is printed now.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "test", "scripts"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup:               prepare,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"status": status, "terminal": terminal},
	})
}

// prepare gives a script the examples and the recorded pipeline, and nothing of
// the machine that it runs on.
func prepare(env *testscript.Env) error {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return err
	}
	for name, from := range map[string]string{"examples": "examples", "recorded": "test/conformance/recorded", "cases": "test/cases"} {
		if err := os.CopyFS(filepath.Join(env.WorkDir, name), os.DirFS(filepath.Join(root, from))); err != nil {
			return err
		}
	}
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("KUBECONFIG", filepath.Join(env.WorkDir, "no-kubeconfig"))
	env.Setenv("LC_ALL", "C.UTF-8")
	env.Setenv("TZ", "UTC")
	return nil
}

// terminal runs a command on a terminal of so many columns and writes what it
// shows into a file.
func terminal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: terminal COLUMNS FILE COMMAND [ARG...]")
	}
	columns, err := strconv.ParseUint(args[0], 10, 16)
	ts.Check(err)
	env := []string{}
	for _, name := range []string{"PATH", "HOME", "KUBECONFIG", "LC_ALL", "TZ", "TERM", "NO_COLOR", "RUNEWIDTH_EASTASIAN", "GORACE", "KARGO_AVAIL_ASCII"} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	command, err := lookPath(ts.Getenv("PATH"), args[2])
	ts.Check(err)
	shown, err := inTerminal(context.Background(), ts.MkAbs("."), env, uint16(columns), command, args[3:]...)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(shown), 0o644))
}

// lookPath finds a command on a script's PATH, which is not the test's.
func lookPath(path, name string) (string, error) {
	for _, dir := range filepath.SplitList(path) {
		if file := filepath.Join(dir, name); isFile(file) {
			return file, nil
		}
	}
	return "", fmt.Errorf("no %s on the PATH %s", name, path)
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// status runs a command and wants the exit code that comes first: a plain
// "! exec" does not tell one failure from another.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s exits %d, want %d", args[1], got, want)
	}
}
