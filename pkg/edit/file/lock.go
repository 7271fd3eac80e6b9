package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// The files beside the edited ones. No name is read as a manifest.
const (
	lockName         = ".kargo-avail.lock"
	temporaryPattern = ".kargo-avail-*.tmp"
)

// lockTimeout is how long an edit waits for others in the same directory, which hold the
// lock only while they write.
const (
	lockTimeout = 30 * time.Second
	lockRetry   = 5 * time.Millisecond
)

// errNoLocks says that the file system has no locks.
var errNoLocks = errors.New("file locks do not work here")

// directoryLock makes the edits of files in one directory take turns, across processes.
type directoryLock struct {
	lock *flock.Flock
	path string
}

// lockDirectory takes the lock of a directory. The error is errNoLocks when the file
// system has none.
//
// The lock file exists only while it is held: its holder removes it. An edit that waited
// for a file that was removed meanwhile starts over with the next one.
func lockDirectory(ctx context.Context, directory string) (*directoryLock, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, lockTimeout, errors.New("another edit in this directory does not end"))
	defer cancel()
	for {
		l := &directoryLock{path: filepath.Join(directory, lockName)}
		l.lock = flock.New(l.path, flock.SetPermissions(0o666))
		_, err := l.lock.TryLockContext(ctx, lockRetry)
		switch {
		case ctx.Err() != nil:
			_ = l.lock.Close()
			return nil, fmt.Errorf("waiting for %s: %w", l.path, context.Cause(ctx))
		case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.EROFS):
			return nil, err
		case err != nil:
			_ = l.lock.Close()
			return nil, fmt.Errorf("%w (%w)", errNoLocks, err)
		case l.isCurrent():
			return l, nil
		}
		_ = l.lock.Close()
	}
}

// isCurrent reports whether the locked file is the one that others will find.
func (l *directoryLock) isCurrent() bool {
	mine, err := l.lock.Stat()
	if err != nil {
		return false
	}
	found, err := os.Lstat(l.path)
	return err == nil && os.SameFile(mine, found)
}

// release removes the lock file and gives up the lock. Windows removes no open file, and
// for the same reason it is safe to try that after the lock was given up.
func (l *directoryLock) release() {
	_ = os.Remove(l.path)
	_ = l.lock.Close()
	if runtime.GOOS == "windows" {
		_ = os.Remove(l.path)
	}
}

// removeLeftovers removes what killed edits left in a directory. The caller holds its
// lock, so no edit is under way.
func removeLeftovers(directory string) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if left, _ := filepath.Match(temporaryPattern, entry.Name()); left && entry.Type().IsRegular() {
			_ = os.Remove(filepath.Join(directory, entry.Name())) //nolint:gosec // a leftover of this tool beside the file that the user names
		}
	}
}
