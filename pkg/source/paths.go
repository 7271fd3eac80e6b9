package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/git"
)

// StandardInput is what standard input is called.
const StandardInput = "standard input"

// input is something to read documents from.
type input struct {
	name string
	// chart is the Helm chart that the file is a template of, "" when it is none.
	chart string
	open  func() (io.ReadCloser, error)
	// begun is called when the first bytes are read; nil when nobody waits for them.
	begun func()
}

// inputs are what is to be read.
type inputs struct {
	list []input
	// absent are the paths that do not exist, where they may.
	absent []string
	// unread are submodules of a revision that are not checked out.
	unread []string
}

// inputs finds the files to read, in the order of the paths and sorted by name
// within a directory. Files of a revision are read already.
func (f Files) inputs(ctx context.Context) (inputs, error) {
	var all inputs
	if len(f.Paths) == 0 {
		return all, errors.New("no file to read")
	}
	for i, name := range f.Paths {
		switch {
		case name == "-" && slices.Contains(f.Paths[:i], "-"):
			return all, errors.New(`standard input can be read only once: give "-" once`)
		case name == "-" && f.Revision != "":
			return all, errors.New("standard input has no git revision: name the files")
		case name == "-":
			all.list = append(all.list, input{name: StandardInput, open: f.openStdin})
		case isURL(name):
			return all, fmt.Errorf(`%q is a URL, and files are never fetched: download it, and give the file or pipe it into "-f -"`, name)
		case f.Revision != "":
			if err := f.atRevision(ctx, name, &all); err != nil {
				return all, err
			}
		default:
			if err := f.at(name, &all); err != nil {
				return all, err
			}
		}
	}
	return all, nil
}

// atRevision adds the inputs at one path of the revision.
func (f Files) atRevision(ctx context.Context, name string, all *inputs) error {
	found, err := git.Read(ctx, git.Query{
		Revision: f.Revision, Path: name, Recursive: f.Recursive, Wants: hasKnownExtension, MaxSize: f.bounds().input,
	})
	switch {
	case err != nil:
		return err
	case !found.Exists && !f.Optional:
		return fmt.Errorf("the path %q does not exist at revision %q", name, f.Revision)
	case !found.Exists:
		all.absent = append(all.absent, name)
	}
	for _, file := range found.Files {
		all.list = append(all.list, input{
			name: file.Name, chart: chartOf(file.Path),
			open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file.Data)), nil },
		})
	}
	all.unread = append(all.unread, found.Unread...)
	return nil
}

func (f Files) openStdin() (io.ReadCloser, error) {
	if f.Stdin == nil {
		return nil, errors.New("there is no standard input to read")
	}
	return io.NopCloser(f.Stdin), nil
}

func isURL(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://")
}

// at adds the inputs at one path.
func (f Files) at(name string, all *inputs) error {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.Optional:
		all.absent = append(all.absent, name)
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the path %q does not exist", name)
	case err != nil:
		return fmt.Errorf("the path %q cannot be accessed: %w", name, err)
	case info.IsDir():
		found, err := f.within(name)
		all.list = append(all.list, found...)
		return err
	default:
		all.list = append(all.list, fileInput(name))
		return nil
	}
}

func fileInput(name string) input {
	return input{name: name, chart: chartOf(name), open: func() (io.ReadCloser, error) { return os.Open(name) }}
}

// within returns the files of a directory that have a known extension.
func (f Files) within(directory string) ([]input, error) {
	var inputs []input
	tree := os.DirFS(directory)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && !f.Recursive:
			return fs.SkipDir
		case !entry.IsDir() && hasKnownExtension(name) && isFile(tree, name):
			inputs = append(inputs, fileInput(filepath.Join(directory, filepath.FromSlash(name))))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading directory %q: %w", directory, err)
	}
	if len(inputs) == 0 && !f.Optional {
		return nil, f.nothingIn(directory)
	}
	return inputs, nil
}

func (f Files) nothingIn(directory string) error {
	hint := ""
	if !f.Recursive {
		hint = "; -R looks into the directories below, too"
	}
	return fmt.Errorf("no file named *.yaml, *.yml or *.json in directory %q%s", directory, hint)
}

func hasKnownExtension(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name))
}

// isFile reports whether the name is, or links to, a regular file. One that cannot
// be looked at is held to be, so that opening it says why.
func isFile(tree fs.FS, name string) bool {
	info, err := fs.Stat(tree, name)
	return err != nil || info.Mode().IsRegular()
}
