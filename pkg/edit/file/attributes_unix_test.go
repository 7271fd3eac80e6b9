//go:build linux || darwin

package file

import (
	"testing"

	"github.com/pkg/xattr"
)

// An edit keeps extended attributes, and says nothing where the file system has none.
func TestAttributesAreKept(t *testing.T) {
	var unsupported error
	path, said := edited(t, func(path string) {
		unsupported = xattr.Set(path, "user.origin", []byte("here"))
	})
	if len(said) > 0 {
		t.Errorf("said: %q", said)
	}
	if value, err := xattr.Get(path, "user.origin"); unsupported == nil && string(value) != "here" {
		t.Errorf("the attribute is %q, %v", value, err)
	}
}
