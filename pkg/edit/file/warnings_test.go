package file

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// edited sets a Stage of a file to All and returns what was said. prepare gets the path of
// the file before that.
func edited(t *testing.T, prepare func(path string)) (path string, said []string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "web.yaml")
	write(t, path, manyStages(1), 0o644)
	prepare(path)
	if err := setAll(t.Context(), path, "s0", collector{&said}); err != nil {
		t.Fatal(err)
	}
	if got := string(read(t, path)); !strings.Contains(got, "availabilityStrategy: All") {
		t.Errorf("the file is not edited:\n%s", got)
	}
	return path, said
}

func TestAnEditWithoutALockSaysSo(t *testing.T) {
	path, said := edited(t, func(path string) {
		if err := os.Mkdir(filepath.Join(filepath.Dir(path), lockName), 0o700); err != nil { // so that it can be no lock
			t.Fatal(err)
		}
	})
	if len(said) != 1 || !strings.HasPrefix(said[0], path+": file locks do not work here (") ||
		!strings.HasSuffix(said[0], "): if another program edits the file at this moment, one of the edits is lost") {
		t.Errorf("said: %q", said)
	}
}

func TestALinkThatLosesItsFileIsSaid(t *testing.T) {
	var other string
	path, said := edited(t, func(path string) {
		other = filepath.Join(t.TempDir(), "other.yaml")
		if err := os.Link(path, other); err != nil {
			t.Fatal(err)
		}
	})
	if want := []string{path + ": it had 2 hard links: its other names keep the old text"}; !slices.Equal(said, want) {
		t.Errorf("said: %q, want %q", said, want)
	}
	if got := read(t, other); string(got) != string(manyStages(1)) {
		t.Errorf("the other name has\n%s", got)
	}
}

func TestAttributesThatAreLostAreSaid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "web.yaml")
	write(t, path, []byte("old"), 0o644)
	r := replacement{rename: os.Rename, attributes: func(_, _ *os.File) []string { return []string{"user.a", "user.b"} }}
	if err := r.replace(path, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	if want := []string{"its extended attributes could not be kept: user.a, user.b"}; !slices.Equal(r.lost, want) {
		t.Errorf("lost: %q, want %q", r.lost, want)
	}
}
