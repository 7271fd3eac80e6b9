package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
)

// run runs git in a directory and returns what it writes. The error is what git says.
func run(ctx context.Context, directory string, stdin io.Reader, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", directory}, args...)...) //nolint:gosec // no argument names a command to git
	cmd.Env = append(slices.DeleteFunc(cmd.Environ(), isOfCaller),
		"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=", "GIT_TERMINAL_PROMPT=0", // no network
		"GIT_OPTIONAL_LOCKS=0", "GIT_LITERAL_PATHSPECS=1", "LC_ALL=C")
	var out, failed bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &failed
	err := cmd.Run()
	switch {
	case err == nil:
		return out.Bytes(), nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return nil, errors.New("a git revision needs git, which is not installed")
	}
	if words := strings.TrimSpace(failed.String()); words != "" {
		return nil, fmt.Errorf("git: %s", strings.TrimPrefix(words, "fatal: "))
	}
	return nil, fmt.Errorf("git: %w", err)
}

// isOfCaller reports whether a variable is about the repository of a hook that calls us.
func isOfCaller(variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	return slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"}, name)
}
