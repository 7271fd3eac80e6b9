package git

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// File is a file as a revision has it.
type File struct {
	// Name is the revision and the path from the top of the repository, as git writes it:
	// "main:deploy/prod.yaml".
	Name string
	// Path is where the file is, or would be, in the work tree.
	Path string
	Data []byte
}

// Query says which files to read.
type Query struct {
	Revision string
	// Path is a file or a directory; it may be missing in the work tree.
	Path string
	// Recursive also reads the directories below, and submodules that are checked out.
	Recursive bool
	// Wants chooses the files of a directory by their names; symbolic links are followed.
	Wants func(name string) bool
	// MaxSize bounds the bytes of all files together.
	MaxSize int64
}

// Found are the files of a path at a revision.
type Found struct {
	// Exists says that there is such a path at the revision.
	Exists bool
	Files  []File
	// Unread are the submodules that are not checked out, by their paths.
	Unread []string
}

// Read reads the files at a path, sorted by name. That the path does not exist at the
// revision is no error; that something of it cannot be read is one.
func Read(ctx context.Context, q Query) (*Found, error) {
	at, err := locate(ctx, q.Path)
	if err != nil {
		return nil, err
	}
	commit, err := at.commitOf(ctx, q.Revision)
	if err != nil {
		return nil, err
	}
	r := &reading{query: q, found: &Found{}}
	if err := r.read(ctx, tree{top: at.top, commit: commit, prefix: q.Revision + ":"}, at.path); err != nil {
		return nil, err
	}
	return r.found, nil
}

// reading is one run of Read.
type reading struct {
	query Query
	found *Found
	size  int64
}

// tree is a commit of a repository.
type tree struct {
	// top is the directory of its work tree.
	top, commit string
	// prefix comes before the names of its files.
	prefix string
}

// entry is a line of git ls-tree.
type entry struct {
	mode, kind, object string
	size               int64
	path               string
}

// The modes of git that need a treatment of their own.
const (
	modeLink      = "120000"
	modeSubmodule = "160000"
)

// list returns the entries at paths.
func (t tree) list(ctx context.Context, args ...string) ([]entry, error) {
	out, err := run(ctx, t.top, nil, append([]string{"ls-tree", "-z", "-l", "--full-tree"}, args...)...)
	if err != nil {
		return nil, err
	}
	var entries []entry
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if line == "" {
			continue
		}
		head, name, _ := strings.Cut(line, "\t")
		fields := strings.Fields(head)
		if len(fields) != 4 {
			return nil, fmt.Errorf("git: unexpected entry %q", line)
		}
		size, _ := strconv.ParseInt(fields[3], 10, 64) // "-" for what is no file
		entries = append(entries, entry{fields[0], fields[1], fields[2], size, name})
	}
	return entries, nil
}

// read reads what is at a path of a commit.
func (r *reading) read(ctx context.Context, t tree, name string) error {
	if name == "." {
		r.found.Exists = true
		return r.directory(ctx, t, nil)
	}
	at, err := t.list(ctx, t.commit, "--", name)
	if err != nil {
		return err
	}
	if len(at) == 0 {
		return r.insideSubmodule(ctx, t, name)
	}
	r.found.Exists = true
	switch e := at[0]; {
	case e.mode == modeSubmodule:
		return r.submodule(ctx, t, e, ".")
	case e.mode == modeLink:
		return fmt.Errorf("%s%s is a symbolic link: name what it leads to", t.prefix, name)
	case e.kind == "tree":
		return r.directory(ctx, t, []string{"--", name + "/"})
	default:
		return r.contents(ctx, t, at)
	}
}

// directory reads the files of a directory.
func (r *reading) directory(ctx context.Context, t tree, at []string) error {
	args := []string{t.commit}
	if r.query.Recursive {
		args = []string{"-r", t.commit}
	}
	entries, err := t.list(ctx, append(args, at...)...)
	if err != nil {
		return err
	}
	var files, submodules []entry
	for _, e := range entries {
		switch {
		case e.mode == modeSubmodule && r.query.Recursive:
			submodules = append(submodules, e)
		case e.kind == "blob" && r.query.Wants(e.path):
			files = append(files, e)
		}
	}
	if err := r.contents(ctx, t, files); err != nil {
		return err
	}
	for _, e := range submodules {
		if err := r.submodule(ctx, t, e, "."); err != nil {
			return err
		}
	}
	return nil
}

// insideSubmodule reads a path that is not in the commit itself: it may be in a submodule.
func (r *reading) insideSubmodule(ctx context.Context, t tree, name string) error {
	for above := path.Dir(name); above != "."; above = path.Dir(above) {
		at, err := t.list(ctx, t.commit, "--", above)
		if err != nil {
			return err
		}
		if len(at) == 1 && at[0].mode == modeSubmodule {
			return r.submodule(ctx, t, at[0], strings.TrimPrefix(name, above+"/"))
		}
	}
	return nil
}

// submodule reads a path of a submodule, at the commit that the repository around it names.
// One that is not checked out has no files in the work tree either.
func (r *reading) submodule(ctx context.Context, t tree, e entry, name string) error {
	top := filepath.Join(t.top, filepath.FromSlash(e.path))
	if !exists(filepath.Join(top, ".git")) {
		r.found.Unread = append(r.found.Unread, t.prefix+e.path)
		return nil
	}
	if _, err := run(ctx, top, nil, "cat-file", "-e", e.object+"^{commit}"); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("%s%s is a submodule at commit %.7s, which is not in this clone: fetch it first, with git -C %s fetch", t.prefix, e.path, e.object, e.path)
	}
	return r.read(ctx, tree{top: top, commit: e.object, prefix: t.prefix + e.path + "/"}, name)
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// contents reads files. Symbolic links are followed within the commit.
func (r *reading) contents(ctx context.Context, t tree, files []entry) error {
	if len(files) == 0 {
		return nil
	}
	var names strings.Builder
	for _, e := range files {
		if r.size += e.size; r.size > r.query.MaxSize {
			return fmt.Errorf("the files at %s hold more than %d MiB together: read fewer files at once", r.query.Revision, r.query.MaxSize>>20)
		}
		if strings.Contains(e.path, "\n") {
			return fmt.Errorf("%s%q has a line break in its name", t.prefix, e.path)
		}
		fmt.Fprintf(&names, "%s:%s\n", t.commit, e.path)
	}
	out, err := run(ctx, t.top, strings.NewReader(names.String()), "cat-file", "--batch", "--follow-symlinks")
	if err != nil {
		return err
	}
	answers := bufio.NewReader(bytes.NewReader(out))
	for _, e := range files {
		if err := r.content(answers, t, e); err != nil {
			return fmt.Errorf("%s%s: %w", t.prefix, e.path, err)
		}
	}
	return nil
}

// content reads the answer about one file.
func (r *reading) content(answers *bufio.Reader, t tree, e entry) error {
	head, err := answers.ReadString('\n')
	if err != nil {
		return fmt.Errorf("git: %w", err)
	}
	fields := strings.Fields(head)
	size, err := strconv.ParseInt(fields[len(fields)-1], 10, 64)
	if err != nil { // such as "COMMIT:PATH missing"
		return errors.New("it is not in this clone, which is a partial one: fetch it first")
	}
	data := make([]byte, size+1) // a line break follows
	if _, err := io.ReadFull(answers, data); err != nil {
		return fmt.Errorf("git: %w", err)
	}
	data = data[:size]
	switch {
	case len(fields) == 3 && fields[1] == "blob":
	case len(fields) == 3: // a link to a directory, which is not followed in the work tree either
		return nil
	default: // "symlink SIZE", "dangling SIZE", "loop SIZE", "notdir SIZE"
		return errors.New("it is a symbolic link to something that is not in the revision")
	}
	if bytes.HasPrefix(data, []byte("version https://git-lfs.github.com/")) {
		return errors.New("it is stored in Git LFS, which is not read")
	}
	r.found.Files = append(r.found.Files, File{
		Name: t.prefix + e.path, Path: filepath.Join(t.top, filepath.FromSlash(e.path)), Data: data,
	})
	return nil
}
