//go:build unix

package file

import (
	"fmt"
	"os"
	"syscall"
)

// keepOwner gives a file the owner and group of another one, or the group alone, as far
// as that is allowed. It says what it could not give; "" when the file has both.
func keepOwner(f *os.File, like os.FileInfo) string {
	want, ok := like.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	if f.Chown(int(want.Uid), int(want.Gid)) != nil {
		_ = f.Chown(-1, int(want.Gid))
	}
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	if is, ok := info.Sys().(*syscall.Stat_t); ok && (is.Uid != want.Uid || is.Gid != want.Gid) {
		return fmt.Sprintf("its owner could not be kept: it is now %d:%d, and was %d:%d", is.Uid, is.Gid, want.Uid, want.Gid)
	}
	return ""
}

// links returns how many names a file has.
func links(info os.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Nlink) //nolint:unconvert // its type is another one on other systems
	}
	return 1
}
