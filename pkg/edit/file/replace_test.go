package file

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// replacing is the variable that makes this test binary one that replaces the file it
// names, over and over.
const replacing = "KARGO_AVAIL_TEST_REPLACE"

func TestMain(m *testing.M) {
	if path := os.Getenv(replacing); path != "" {
		replaceForever(path)
	}
	if words := os.Getenv(editing); words != "" {
		editAsChild(words)
	}
	os.Exit(m.Run())
}

// replaceFile replaces a file as an edit does, but for the lock.
func replaceFile(old source.Text, data []byte) error {
	path, err := filepath.EvalSymlinks(old.Path)
	if err != nil {
		return err
	}
	return (&replacement{rename: os.Rename, attributes: keepAttributes}).replace(path, old.Data, data)
}

// wholes are contents that differ everywhere, so that any mixture of them shows.
func wholes() [2][]byte {
	return [2][]byte{bytes.Repeat([]byte("old\n"), 64<<10), bytes.Repeat([]byte("NEW!\n"), 48<<10)}
}

// replaceForever says a line each time that the file is replaced.
func replaceForever(path string) {
	for i := 0; ; i++ {
		old, next := wholes()[i%2], wholes()[(i+1)%2]
		if err := replaceFile(source.Text{Name: path, Path: path, Data: old}, next); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("replaced")
	}
}

func TestReplaceFileIsWholeWheneverItIsKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "web.yaml")
	for range 25 {
		write(t, path, wholes()[0], 0o640)
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), replacing+"="+path)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 1 + rand.IntN(8) {
			if !lines.Scan() || lines.Text() != "replaced" {
				t.Fatalf("the child said %q", lines.Text())
			}
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := child.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
		if got := read(t, path); !bytes.Equal(got, wholes()[0]) && !bytes.Equal(got, wholes()[1]) {
			t.Fatalf("the file has a part: %d bytes", len(got))
		}
		if mode := stat(t, path).Mode(); mode != 0o640 {
			t.Fatalf("the mode is %v", mode)
		}
	}
	// What was left behind is nothing that the next run reads.
	texts, err := source.Files{Paths: []string{filepath.Dir(path)}}.Texts(t.Context())
	if err != nil || len(texts) != 1 {
		t.Errorf("%d files, %v", len(texts), err)
	}
}

func TestReplaceFileKeepsModeAndLinks(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "real", "web.yaml")
	link := filepath.Join(dir, "link.yaml")
	if err := os.Mkdir(filepath.Dir(target), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("real", "web.yaml"), link); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o600, 0o644, 0o755, 0o666} {
		write(t, target, []byte("old"), mode)
		if err := replaceFile(source.Text{Name: link, Path: link, Data: []byte("old")}, []byte("new")); err != nil {
			t.Fatal(err)
		}
		if got := read(t, target); string(got) != "new" {
			t.Errorf("the file has %q", got)
		}
		if got := stat(t, target).Mode(); got != mode {
			t.Errorf("mode %v became %v", mode, got)
		}
		if target, err := os.Readlink(link); err != nil || target != filepath.Join("real", "web.yaml") {
			t.Errorf("the link leads to %q, %v", target, err)
		}
	}
	alone(t, filepath.Dir(target), "web.yaml")
}

func TestReplaceFileLeavesAlone(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(t *testing.T, path string) // after the file was read
		rename  error
		want    string
	}{
		"what has changed since": {
			prepare: func(t *testing.T, path string) { t.Helper(); write(t, path, []byte("changed"), 0o644) },
			want:    "changed since it was read",
		},
		"what cannot be renamed": {rename: errors.New("no space left"), want: "no space left"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "web.yaml")
			write(t, path, []byte("old"), 0o644)
			if test.prepare != nil {
				test.prepare(t, path)
			}
			before := read(t, path)
			r := &replacement{attributes: keepAttributes, rename: func(from, to string) error {
				if test.rename != nil {
					return test.rename
				}
				return os.Rename(from, to)
			}}
			err := r.replace(path, []byte("old"), []byte("new"))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v", err)
			}
			if got := read(t, path); !bytes.Equal(got, before) {
				t.Errorf("the file has %q", got)
			}
			alone(t, dir, "web.yaml")
		})
	}
}

func TestReplaceFileNeedsAFile(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "gone.yaml"), ""} {
		if err := replaceFile(source.Text{Name: "it", Path: path}, []byte("new")); err == nil {
			t.Errorf("%q was replaced", path)
		}
	}
}

// alone holds that a directory has one file.
func alone(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("the directory has %v", entries)
	}
}

func write(t *testing.T, path string, data []byte, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, data, mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}
