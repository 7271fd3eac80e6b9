package lint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
)

// before reads the files as a git revision has them.
func (o *options) before(ctx context.Context, how lint.Options) (*lint.Input, error) {
	var sources []lint.Source
	for _, name := range o.Files {
		if name == "-" {
			return nil, errors.New("--against: standard input has no git revision: name the files")
		}
		found, err := o.atRevision(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("--against %s: %w", o.against, err)
		}
		sources = append(sources, found...)
	}
	return lint.FromFiles(sources, how), nil
}

// atRevision returns the files at one path, as they were.
func (o *options) atRevision(ctx context.Context, name string) ([]lint.Source, error) {
	directory, base := name, "."
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		directory, base = filepath.Split(name)
	}
	directory = filepath.Clean(directory)
	args := []string{"ls-tree", "-z", "--name-only", "--full-tree"}
	prefix, err := git(ctx, directory, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, err
	}
	if o.Recursive {
		args = append(args, "-r")
	}
	at := path.Join(strings.TrimSpace(string(prefix)), filepath.ToSlash(base))
	if base == "." && at != "." {
		at += "/"
	}
	listed, err := git(ctx, directory, append(args, o.against, "--", at)...)
	if err != nil {
		return nil, err
	}
	var sources []lint.Source
	for file := range strings.SplitSeq(strings.TrimRight(string(listed), "\x00"), "\x00") {
		switch path.Ext(file) {
		case ".yaml", ".yml", ".json":
			data, err := git(ctx, directory, "cat-file", "blob", o.against+":"+file)
			if err != nil {
				return nil, err
			}
			sources = append(sources, lint.Source{Name: file, Data: data})
		}
	}
	return sources, nil
}

// git runs git and returns what it writes.
func git(ctx context.Context, directory string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", directory}, args...)...) //nolint:gosec // git runs no command that is in a revision's name
	var out, failed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &failed
	if err := cmd.Run(); err != nil {
		if words := strings.TrimSpace(failed.String()); words != "" {
			return nil, fmt.Errorf("git: %s", words)
		}
		return nil, fmt.Errorf("git: %w", err)
	}
	return out.Bytes(), nil
}
