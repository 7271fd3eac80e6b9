package e2e

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The playground says how to reach it, has every example in it, and leaves nothing
// behind when it is interrupted.
func TestPlayground(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	playground, said := startPlayground(t, temp)
	for deadline := time.Now().Add(2 * time.Minute); !strings.Contains(said.String(), "Ctrl-C ends it.\n"); time.Sleep(10 * time.Millisecond) {
		select {
		case <-playground.ended:
			t.Fatalf("it has ended:\n%s", playground.stderr.String())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("it says nothing but %q", said)
		}
	}

	commands := regexp.MustCompile(`(?m)^#   (kubectl .*)$`).FindAllStringSubmatch(said.String(), -1)
	if len(commands) < 2 {
		t.Fatalf("it names %d commands:\n%s", len(commands), said)
	}
	exports, _, _ := strings.Cut(said.String(), "\n\n")
	for _, command := range commands {
		got := inShell(t, t.TempDir(), exports+"\n"+command[1])
		if got.Exit != 0 || got.Stderr != "" {
			t.Errorf("%s: got %+v", command[1], got)
		}
	}
	stages := inShell(t, t.TempDir(), exports+"\nkubectl kargo-avail -A --no-headers").Stdout
	for _, project := range []string{"wait-gate", "fan-in", "diamond", "soak", "warehouses", "hotfix"} {
		if !strings.Contains("\n"+stages, "\n"+project+" ") {
			t.Errorf("there is no Project %s:\n%s", project, stages)
		}
	}

	soaking := inShell(t, t.TempDir(), exports+"\nkubectl kargo-avail list prod -p soak --no-headers").Stdout
	if !regexp.MustCompile(`qa: soaking, (59m|1h|60m)`).MatchString(soaking) {
		t.Errorf("time does not stand where it does in the example:\n%s", soaking)
	}

	playground.signal(t, os.Interrupt)
	if got := playground.end(t); got.Exit != 0 || strings.Contains(got.Stderr, "error") {
		t.Errorf("it ends with %d:\n%s", got.Exit, got.Stderr)
	}
	left, err := filepath.Glob(filepath.Join(temp, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("it leaves %q: %v", left, err)
	}
}

// A terminal that is closed ends it, too: here while its server still starts. Before that
// it builds the plugin, with files of Go's that are Go's to remove.
func TestPlaygroundEndsWithItsTerminal(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	playground, _ := startPlayground(t, temp)
	written := func(pattern string) []string {
		files, err := filepath.Glob(filepath.Join(temp, pattern))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	for deadline := time.Now().Add(2 * time.Minute); len(written("kargo-avail-e2e-*")) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it writes nothing")
		}
	}
	playground.signal(t, syscall.SIGHUP)
	playground.end(t)
	if left := written("*"); len(left) > 0 {
		t.Errorf("it leaves %q", left)
	}
}

// startPlayground starts a playground that writes to a folder, and returns what it says.
// It ends with the test.
func startPlayground(t *testing.T, temp string) (*running, *shared) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "playground")
	if said, err := exec.CommandContext(run.ctx, "go", "build", "-o", program, "./cmd/playground").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	cmd := exec.CommandContext(run.ctx, program)
	cmd.Env = append(os.Environ(), "TMPDIR="+temp)
	said := &shared{}
	playground := &running{cmd: cmd, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = said, &playground.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait() // how it ended is in its ProcessState
		close(playground.ended)
	}()
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt) })
	return playground, said
}

// inShell runs a script in a folder, with nothing of who runs the tests but the PATH.
func inShell(t *testing.T, dir, script string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(run.ctx, 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-e", "-c", script)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8", "TZ=UTC"}
	return finish(t, cmd)
}

// exists reports whether there is a file of that name.
func exists(t *testing.T, path string) bool {
	t.Helper()
	_, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}
