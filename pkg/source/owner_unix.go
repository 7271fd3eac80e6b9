//go:build unix

package source

import (
	"os"
	"syscall"
)

// keepOwner gives a file the owner and group of another one, or the group alone, or
// neither, as far as it is allowed.
func keepOwner(f *os.File, like os.FileInfo) {
	if of, ok := like.Sys().(*syscall.Stat_t); ok && f.Chown(int(of.Uid), int(of.Gid)) != nil {
		_ = f.Chown(-1, int(of.Gid))
	}
}
