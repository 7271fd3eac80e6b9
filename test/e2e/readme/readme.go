// Package readme follows README, docs/tour.md and krew/README.md to the letter, as
// somebody does who has just found the repository and has no more than what they ask for.
package readme

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
)

// Reader is such a person, at a terminal in a clone of the repository.
type Reader struct {
	dir    string
	env    []string
	blocks []block
}

// block is what one of the documents has in a fence.
type block struct{ language, body string }

// New is a reader in the clone at dir. HOME is empty, and on PATH there are only Go, git,
// make and these programs, by their names there. Go's caches are those of who runs the
// tests, as there is no network to fill others from; env are further variables.
func New(ctx context.Context, t *testing.T, dir string, programs map[string]string, env ...string) Reader {
	t.Helper()
	r := Reader{dir: dir}
	for _, name := range []string{"README.md", "docs/tour.md", "krew/README.md"} {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(string(text), "```") // the odd ones are inside of fences
		for i := 1; i < len(parts); i += 2 {
			language, body, _ := strings.Cut(parts[i], "\n")
			r.blocks = append(r.blocks, block{language, body})
		}
	}
	caches, err := exec.CommandContext(ctx, "go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(caches))
	r.env = append([]string{
		"PATH=" + binWith(t, programs), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8", "NO_COLOR=1", "TERM=xterm",
		"GOCACHE=" + lines[0], "GOMODCACHE=" + lines[1], "GOPROXY=off", "GOTOOLCHAIN=local",
	}, env...)
	return r
}

// binWith is a folder with links to Go, git, make and these programs.
func binWith(t *testing.T, programs map[string]string) string {
	t.Helper()
	bin, linked := t.TempDir(), maps.Clone(programs)
	for _, name := range []string{"go", "git", "make"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		linked[name] = path
	}
	for name, path := range linked {
		target, err := filepath.EvalSymlinks(path) // Go finds its own files beside it
		if err == nil {
			err = os.Symlink(target, filepath.Join(bin, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

// Script returns the first script that begins so.
func (r Reader) Script(t *testing.T, beginning string) string {
	t.Helper()
	for _, b := range r.blocks {
		if b.language == "sh" && strings.HasPrefix(b.body, beginning) {
			return b.body
		}
	}
	t.Fatalf("no document has a script that begins with %q", beginning)
	return ""
}

// Run runs a script in a terminal as wide as the documents', and returns all that is shown and
// the exit code.
func (r Reader) Run(ctx context.Context, t *testing.T, script string) (shown string, exit int) {
	t.Helper()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-e", "-c", script)
	cmd.Dir, cmd.Env = r.dir, r.env
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = terminal.Close() }() // nothing was written to it
	var screen bytes.Buffer
	// Linux ends the reading of a terminal that nobody writes to with EIO.
	if _, err := io.Copy(&screen, terminal); err != nil && !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return strings.ReplaceAll(screen.String(), "\r\n", "\n"), cmd.ProcessState.ExitCode()
}

// Tour runs every command whose output the documents show, each after a preparation, and
// compares the output.
func (r Reader) Tour(ctx context.Context, t *testing.T, preparation string) {
	t.Helper()
	ran := 0
	for _, b := range r.blocks {
		if b.language != "console" {
			continue
		}
		command, want, _ := strings.Cut(b.body, "\n")
		got, exit := r.Run(ctx, t, preparation+strings.TrimPrefix(command, "$ "))
		if diff := cmp.Diff(want, got); diff != "" || exit != 0 {
			t.Errorf("%s exits with %d (-document +printed):\n%s", command, exit, diff)
		}
		ran++
	}
	if ran < 4 {
		t.Errorf("the documents show the output of only %d commands", ran)
	}
}
