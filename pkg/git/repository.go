package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// location is where a path is in a repository.
type location struct {
	// top is the directory of the repository's work tree.
	top string
	// path is the path from there, with slashes; "." for the directory itself.
	path string
	// shallow says that the repository has only a part of its history.
	shallow bool
}

// locate finds the repository of a path, which does not have to exist in the work tree. A
// path in a submodule belongs to the repository around it, whose revisions are meant.
func locate(ctx context.Context, name string) (location, error) {
	directory, rest, err := nearestDirectory(name)
	if err != nil {
		return location{}, err
	}
	for {
		out, err := run(ctx, directory, nil, "rev-parse", "--show-toplevel", "--show-prefix", "--is-shallow-repository", "--show-superproject-working-tree")
		if err != nil {
			return location{}, err
		}
		lines := append(strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"), "")
		if len(lines) < 4 {
			return location{}, fmt.Errorf("git: unexpected answer about %s", directory)
		}
		top, around := filepath.FromSlash(lines[0]), filepath.FromSlash(lines[3])
		rest = path.Join(lines[1], rest)
		if around == "" {
			return location{top: top, path: path.Clean(rest), shallow: lines[2] == "true"}, nil
		}
		within, err := filepath.Rel(around, top)
		if err != nil {
			return location{}, err
		}
		directory, rest = around, path.Join(filepath.ToSlash(within), rest)
	}
}

// nearestDirectory returns the directory that a path is, or is below, and the rest of the
// path with slashes.
func nearestDirectory(name string) (directory, rest string, err error) {
	directory, err = filepath.Abs(name)
	if err != nil {
		return "", "", err
	}
	for {
		if info, err := os.Stat(directory); err == nil && info.IsDir() {
			return directory, rest, nil
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			return "", "", fmt.Errorf("the path %q does not exist", name)
		}
		directory, rest = parent, path.Join(filepath.Base(directory), rest)
	}
}

// commitOf returns the id of the commit that a revision is.
func (l location) commitOf(ctx context.Context, revision string) (string, error) {
	if strings.HasPrefix(revision, "-") {
		return "", fmt.Errorf("%q is no revision", revision)
	}
	out, err := run(ctx, l.top, nil, "rev-parse", "--verify", "--quiet", revision+"^{commit}")
	switch {
	case err == nil:
		return strings.TrimSpace(string(out)), nil
	case ctx.Err() != nil:
		return "", err
	case l.shallow:
		return "", fmt.Errorf("revision %q is not in this shallow clone: fetch it first, such as with git fetch --unshallow or, in GitHub's checkout action, with fetch-depth: 0", revision)
	}
	text := fmt.Sprintf("revision %q is not in the repository at %s", revision, l.top)
	if !strings.ContainsAny(revision, "/^~:@") {
		text += fmt.Sprintf(": a branch of a remote has to be fetched, and named as origin/%s", revision)
	}
	return "", errors.New(text)
}
