package e2e

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
)

// TestReadmeIsFollowed does what README says to somebody who has just cloned the
// repository, to the letter: it builds the plugin, and follows the tour in a terminal. On
// the PATH there are only Go, git, make and kubectl, and HOME is empty.
func TestReadmeIsFollowed(t *testing.T) {
	t.Parallel()
	clone := cloned(t)
	text, err := os.ReadFile(filepath.Join(clone, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var install string
	ran := 0
	env := bareEnvironment(t)
	parts := strings.Split(string(text), "```") // the odd ones are inside of fences
	for i := 1; i < len(parts); i += 2 {
		language, body, _ := strings.Cut(parts[i], "\n")
		switch {
		case language == "sh" && strings.HasPrefix(body, "make build\n"):
			install = body
			if got := onTerminal(t, clone, env, install); got.Exit != 0 {
				t.Fatalf("%s%s", install, got.Stdout)
			}
		case language == "console":
			command, shown, _ := strings.Cut(body, "\n")
			_, exports, _ := strings.Cut(install, "\n")
			got := onTerminal(t, clone, env, exports+strings.TrimPrefix(command, "$ "))
			if diff := cmp.Diff(shown, got.Stdout); diff != "" || got.Exit != 0 {
				t.Errorf("%s exits with %d (-README +printed):\n%s", command, got.Exit, diff)
			}
			ran++
		}
	}
	if install == "" || ran < 4 {
		t.Errorf("README installs with %q and runs %d commands", install, ran)
	}
}

// cloned is a copy of what belongs to the repository, as it is now.
func cloned(t *testing.T) string {
	t.Helper()
	const root = "../.."
	listed, err := exec.CommandContext(run.ctx, "git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatal(err)
	}
	clone := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimSuffix(string(listed), "\x00"), "\x00") {
		if !exists(t, filepath.Join(root, name)) {
			continue // removed, and not committed yet
		}
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(clone, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return clone
}

// bareEnvironment has nothing but what README asks for. Go's caches are those of who runs
// the tests, as there is no network to fill others from.
func bareEnvironment(t *testing.T) []string {
	t.Helper()
	bin := t.TempDir()
	for _, name := range []string{"go", "git", "make"} {
		path, err := exec.LookPath(name)
		if err == nil {
			path, err = filepath.EvalSymlinks(path)
		}
		if err == nil {
			err = os.Symlink(path, filepath.Join(bin, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(run.binaries.Kubectl, filepath.Join(bin, "kubectl")); err != nil {
		t.Fatal(err)
	}
	caches, err := exec.CommandContext(run.ctx, "go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(caches))
	return []string{
		"PATH=" + bin, "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8", "NO_COLOR=1", "TERM=xterm",
		"GOCACHE=" + lines[0], "GOMODCACHE=" + lines[1], "GOPROXY=off", "GOTOOLCHAIN=local",
	}
}

// onTerminal runs a script in a terminal as wide as README's. Its outcome has all that is
// shown in Stdout.
func onTerminal(t *testing.T, dir string, env []string, script string) outcome {
	t.Helper()
	cmd := exec.CommandContext(run.ctx, "/bin/sh", "-e", "-c", script)
	cmd.Dir, cmd.Env = dir, env
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = terminal.Close() }() // nothing was written to it
	var shown bytes.Buffer
	// Linux ends the reading of a terminal that nobody writes to with EIO.
	if _, err := io.Copy(&shown, terminal); err != nil && !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return outcome{Stdout: strings.ReplaceAll(shown.String(), "\r\n", "\n"), Exit: cmd.ProcessState.ExitCode()}
}
