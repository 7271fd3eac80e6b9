package file

import (
	"bytes"
	"os"

	"github.com/pkg/xattr"
)

// keepAttributes gives a file the extended attributes of another one, and returns the
// names of those that it could not give. A file system without any has none to keep.
func keepAttributes(f, original *os.File) (lost []string) {
	names, err := xattr.FList(original)
	if err != nil {
		return nil
	}
	for _, name := range names {
		value, err := xattr.FGet(original, name)
		if err != nil {
			continue // gone, or not for us to read
		}
		if own, err := xattr.FGet(f, name); err == nil && bytes.Equal(own, value) {
			continue // as the directory hands it down
		}
		if xattr.FSet(f, name, value) != nil {
			lost = append(lost, name)
		}
	}
	return lost
}
