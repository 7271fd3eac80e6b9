package release

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// tag is the version that the tests release.
	tag = "v1.2.3"
	// repository is where releases are published. Nothing here contacts it.
	repository = "https://github.com/kargo-avail/kubectl-kargo-avail"
)

// commitDate is when the release's commit was made.
var commitDate = time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)

// tree is a clone with the tag checked out, and the environment to work there.
type tree struct {
	dir string
	env []string
}

// commitCopy copies what git knows or would take of the repository at root, as it is
// now, to a new repository, whose one commit has the tag.
func commitCopy(ctx context.Context, root, dir string) (tree, error) {
	t := tree{dir: dir, env: gitEnv()}
	list, err := t.output(ctx, "git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return tree{}, err
	}
	for name := range strings.SplitSeq(strings.TrimRight(list, "\x00"), "\x00") {
		if err := copyFile(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			return tree{}, fmt.Errorf("copy the work tree: %w", err)
		}
	}
	for _, args := range [][]string{
		{"init", "--quiet"},
		{"add", "--all", "--force"},
		{"commit", "--quiet", "--message=Release " + tag},
		{"tag", tag},
		{"remote", "add", "origin", repository + ".git"},
	} {
		if _, err := t.output(ctx, "git", args...); err != nil {
			return tree{}, err
		}
	}
	return t, nil
}

// clone is another clone of the same commit.
func (t tree) clone(ctx context.Context, dir string, env ...string) (tree, error) {
	if _, err := t.output(ctx, "git", "clone", "--quiet", t.dir, dir); err != nil {
		return tree{}, err
	}
	clone := tree{dir: dir, env: slices.Concat(t.env, env)}
	_, err := clone.output(ctx, "git", "remote", "set-url", "origin", repository+".git")
	return clone, err
}

// output runs a command in the tree and returns what it prints.
func (t tree) output(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = t.dir, t.env
	// An interrupted go stops its compilers; a killed one leaves them running.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", filepath.Base(name), strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String(), nil
}

// gitEnv is the environment of whoever runs the tests, but for git's settings.
func gitEnv() []string {
	date := commitDate.Format(time.RFC3339)
	return append(os.Environ(),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=tests", "GIT_AUTHOR_EMAIL=tests@localhost", "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME=tests", "GIT_COMMITTER_EMAIL=tests@localhost", "GIT_COMMITTER_DATE="+date)
}

// copyFile copies a file and its mode. One that is gone from the work tree is left out.
func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, text, info.Mode().Perm())
}
