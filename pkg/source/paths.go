package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
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

// inputs finds the files to read, in the order of the paths and sorted by name
// within a directory. Only Stat and directory reads happen here.
func (f Files) inputs() ([]input, error) {
	if len(f.Paths) == 0 {
		return nil, errors.New("no file to read")
	}
	var inputs []input
	for i, name := range f.Paths {
		switch {
		case name == "-" && slices.Contains(f.Paths[:i], "-"):
			return nil, errors.New(`standard input can be read only once: give "-" once`)
		case name == "-":
			inputs = append(inputs, input{name: StandardInput, open: f.openStdin})
		case isURL(name):
			return nil, fmt.Errorf(`%q is a URL, and files are never fetched: download it, and give the file or pipe it into "-f -"`, name)
		default:
			found, err := f.at(name)
			if err != nil {
				return nil, err
			}
			inputs = append(inputs, found...)
		}
	}
	return inputs, nil
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

// at returns the inputs at one path.
func (f Files) at(name string) ([]input, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the path %q does not exist", name)
	case err != nil:
		return nil, fmt.Errorf("the path %q cannot be accessed: %w", name, err)
	case info.IsDir():
		return f.within(name)
	default:
		return []input{fileInput(name)}, nil
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
	if len(inputs) == 0 {
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
