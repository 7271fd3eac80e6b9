package file

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// replacement gives a file other contents at once: whatever happens, it has the old ones
// or the new ones. Mode, owner and extended attributes stay, and symbolic links still lead
// to the file. What could not be kept is said.
type replacement struct {
	rename func(from, to string) error
	// attributes gives a file the extended attributes of another one, and returns the names
	// of those that it could not give.
	attributes func(f, original *os.File) (lost []string)
	// lost says what could not be kept.
	lost []string
}

// replace replaces the file at a path without symbolic links. It is left alone if it may
// not be written, or does not hold the old contents any more.
func (r *replacement) replace(path string, old, data []byte) error {
	original, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // the file that the user names; replacing it would not need the right to write it
	if err != nil {
		return err
	}
	defer func() { _ = original.Close() }() // it is only read
	info, err := original.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file")
	}
	now, err := os.ReadFile(path) //nolint:gosec // the same
	if err != nil {
		return err
	}
	if !bytes.Equal(now, old) {
		return errors.New("it has changed since it was read: run the command again")
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), temporaryPattern)
	if err != nil {
		return err
	}
	err = errors.Join(r.fill(temporary, data, original, info), temporary.Close())
	if err == nil {
		err = r.rename(temporary.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name())) //nolint:gosec // beside the file that the user names
	}
	syncDirectory(filepath.Dir(path))
	if n := links(info); n > 1 {
		r.lost = append(r.lost, fmt.Sprintf("it had %d hard links: its other names keep the old text", n))
	}
	return nil
}

// fill writes a new file to the disk, with what the original has beside its contents.
func (r *replacement) fill(f *os.File, data []byte, original *os.File, info os.FileInfo) error {
	if _, err := f.Write(data); err != nil {
		return err
	}
	if owner := keepOwner(f, info); owner != "" {
		r.lost = append(r.lost, owner)
	}
	if names := r.attributes(f, original); len(names) > 0 {
		r.lost = append(r.lost, "its extended attributes could not be kept: "+strings.Join(names, ", "))
	}
	if err := f.Chmod(info.Mode()); err != nil { // after the owner, whose change resets some of it
		return err
	}
	return f.Sync()
}

// syncDirectory makes a new name in a directory survive a crash of the machine. Where
// directories cannot be synced the old file may come back, which is whole, too.
func syncDirectory(path string) {
	if d, err := os.Open(path); err == nil { //nolint:gosec // beside the file that the user names
		_ = d.Sync()
		_ = d.Close()
	}
}
