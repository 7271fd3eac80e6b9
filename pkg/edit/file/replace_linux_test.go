package file

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// nobody is a user that is not root.
const nobody = 65534

// asNobody runs a function as a user to whom a file's mode matters, as it does not to
// root: on a thread that ends with it.
func asNobody(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if os.Geteuid() == 0 {
			_ = syscall.Setfsgid(nobody)
			_ = syscall.Setfsuid(nobody)
		}
		do()
	}()
	<-done
}

// openTo returns a directory that anyone may look into, with a file in it.
func openTo(t *testing.T, mode os.FileMode) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path = filepath.Join(dir, "web.yaml")
	write(t, path, []byte("old"), mode)
	return dir, path
}

func TestReplaceFileWithoutPermission(t *testing.T) {
	for name, test := range map[string]struct{ dir, file os.FileMode }{
		"to make a file beside it": {0o555, 0o666},
		"to write it":              {0o777, 0o444},
		"to read it":               {0o777, 0o222},
	} {
		t.Run(name, func(t *testing.T) {
			dir, path := openTo(t, test.file)
			if err := os.Chmod(dir, test.dir); err != nil {
				t.Fatal(err)
			}
			asNobody(func() {
				err := replaceFile(source.Text{Name: "web.yaml", Path: path, Data: []byte("old")}, []byte("new"))
				if err == nil || !strings.Contains(err.Error(), "permission denied") {
					t.Errorf("error %v", err)
				}
			})
			if err := os.Chmod(dir, 0o755); err != nil { // for the cleanup
				t.Fatal(err)
			}
			if err := os.Chmod(path, 0o644); err != nil {
				t.Fatal(err)
			}
			if got := read(t, path); string(got) != "old" {
				t.Errorf("the file has %q", got)
			}
			alone(t, dir, "web.yaml")
		})
	}
}

func TestReplaceFileKeepsTheOwner(t *testing.T) {
	_, path := openTo(t, 0o640)
	owner := os.Geteuid()
	if owner == 0 {
		owner = nobody
		if err := os.Chown(path, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	if err := replaceFile(source.Text{Name: path, Path: path, Data: []byte("old")}, []byte("new")); err != nil {
		t.Fatal(err)
	}
	info := stat(t, path)
	if got := int(info.Sys().(*syscall.Stat_t).Uid); got != owner || info.Mode() != 0o640 {
		t.Errorf("owner %d, mode %v", got, info.Mode())
	}
}

// A file of which only the directory is ours becomes ours, as no other may be given
// away; what may be done with it stays.
func TestReplaceFileOfAnother(t *testing.T) {
	dir, path := openTo(t, 0o666)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	asNobody(func() {
		if err := replaceFile(source.Text{Name: path, Path: path, Data: []byte("old")}, []byte("new")); err != nil {
			t.Error(err)
		}
	})
	if got, mode := read(t, path), stat(t, path).Mode(); string(got) != "new" || mode != 0o666 {
		t.Errorf("the file has %q, mode %v", got, mode)
	}
}
