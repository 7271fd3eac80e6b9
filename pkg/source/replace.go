package source

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ReplaceFile gives a file that was read other contents, at once: whatever happens,
// it has the old ones or the new ones. Mode and owner stay as far as the system lets
// them, links to the file lead to it as before. The file is left alone if it may not
// be written, or has changed since it was read.
func ReplaceFile(old Text, data []byte) error {
	return replacement{rename: os.Rename}.of(old, data)
}

// replacement is how files are replaced.
type replacement struct {
	rename func(from, to string) error
}

func (r replacement) of(old Text, data []byte) error {
	if err := r.replace(old, data); err != nil {
		return fmt.Errorf("%s is left as it was: %w", old.Name, err)
	}
	return nil
}

func (r replacement) replace(old Text, data []byte) error {
	path, err := filepath.EvalSymlinks(old.Path)
	if err != nil {
		return err
	}
	info, err := unchanged(path, old.Data)
	if err != nil {
		return err
	}
	// No name that is read as a manifest, should it be left behind by a crash.
	temporary, err := os.CreateTemp(filepath.Dir(path), ".kargo-avail-*.tmp")
	if err != nil {
		return err
	}
	err = errors.Join(fill(temporary, data, info), temporary.Close())
	if err == nil {
		err = r.rename(temporary.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	syncDirectory(filepath.Dir(path))
	return nil
}

// unchanged looks at a file that is to be replaced: it must be writable, which
// replacing it would not ask, and hold what was read.
func unchanged(path string, data []byte) (os.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	now, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(now, data) {
		return nil, errors.New("it has changed since it was read: run the command again")
	}
	return info, nil
}

// fill writes a new file to the disk, with the mode and, where that is allowed, the
// owner of another one.
func fill(f *os.File, data []byte, like os.FileInfo) error {
	if _, err := f.Write(data); err != nil {
		return err
	}
	keepOwner(f, like)
	if err := f.Chmod(like.Mode()); err != nil { // after the owner, whose change resets some of it
		return err
	}
	return f.Sync()
}

// syncDirectory makes a new name in a directory survive a crash of the machine. Where
// directories cannot be synced the old file may come back, which is a whole one, too.
func syncDirectory(path string) {
	if d, err := os.Open(path); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
