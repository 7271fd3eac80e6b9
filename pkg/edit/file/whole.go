package file

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// Replace gives a file that was read other contents at once: whatever happens, it has the
// old ones or the new ones. It is left alone if it has changed since it was read. Lost says
// what could not be kept.
func Replace(old source.Text, data []byte) (lost []string, err error) {
	path, err := filepath.EvalSymlinks(old.Path)
	r := replacement{rename: os.Rename, attributes: keepAttributes}
	if err == nil {
		err = r.replace(path, old.Data, data)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is left as it was: %w", old.Name, err)
	}
	return r.lost, nil
}
