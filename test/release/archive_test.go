package release

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"debug/buildinfo"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// entry is a file in an archive.
type entry struct {
	Mode     fs.FileMode
	Modified time.Time
	Owner    string // "" in zip, which has none
	content  []byte
}

func TestThereIsAnArchiveForEveryPlatform(t *testing.T) {
	t.Parallel()
	want := []string{}
	for _, p := range platforms() {
		want = append(want, name(p))
	}
	got := slices.Sorted(maps.Keys(released(t).archives(t)))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("archives (-want +got):\n%s", diff)
	}
}

func TestAnArchiveHoldsThePlugin(t *testing.T) {
	t.Parallel()
	for _, p := range platforms() {
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			r := released(t)
			got := open(t, filepath.Join(r.dist, name(p)))
			owner := "root"
			if p.os == "windows" {
				owner = ""
			}
			documents := documents(t, r)
			want := map[string]entry{
				p.executable(): {Mode: 0o755, Modified: commitDate, Owner: owner},
				p.completion(): {Mode: 0o755, Modified: commitDate, Owner: owner},
			}
			for file := range documents {
				want[file] = entry{Mode: 0o644, Modified: commitDate, Owner: owner}
			}
			if diff := cmp.Diff(want, got, cmp.FilterPath(func(path cmp.Path) bool { return path.Last().String() == ".content" }, cmp.Ignore())); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			documents[p.completion()] = "completion/" + p.completion()
			for file, from := range documents {
				if string(got[file].content) != read(t, filepath.Join(r.dir, from)) {
					t.Errorf("%s is not the repository's", file)
				}
			}
			wantBuild(t, r, p, got[p.executable()].content)
		})
	}
}

// documents are what an archive has for people to read, and where the repository has it.
func documents(t *testing.T, r release) map[string]string {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(r.dir, "docs", "man", "*.1"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no man page was found: %v", err)
	}
	documents := map[string]string{"LICENSE": "LICENSE", "README.md": "README.md"}
	for _, page := range pages {
		documents["man/man1/"+filepath.Base(page)] = "docs/man/" + filepath.Base(page)
	}
	return documents
}

// wantBuild wants what Go recorded in the plugin to be right, and nothing to be
// left of where it was built.
func wantBuild(t *testing.T, r release, p platform, plugin []byte) {
	t.Helper()
	info, err := buildinfo.Read(bytes.NewReader(plugin))
	if err != nil {
		t.Fatal(err)
	}
	if info.Main.Version != tag {
		t.Errorf("got version %s, want %s", info.Main.Version, tag)
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	for key, want := range map[string]string{
		"GOOS": p.os, "GOARCH": p.arch, "CGO_ENABLED": "0", "-trimpath": "true",
		"vcs.modified": "false", "vcs.time": commitDate.Format(time.RFC3339),
	} {
		if settings[key] != want {
			t.Errorf("got %s=%s, want %s", key, settings[key], want)
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{r.dir, run.root, filepath.Join(home, "go")} {
		if bytes.Contains(plugin, []byte(dir+string(filepath.Separator))) {
			t.Errorf("the plugin tells of %s", dir)
		}
	}
}

// open reads the files of an archive.
func open(t *testing.T, path string) map[string]entry {
	t.Helper()
	if strings.HasSuffix(path, ".zip") {
		return unzip(t, path)
	}
	compressed, err := gzip.NewReader(strings.NewReader(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]entry{}
	for archive := tar.NewReader(compressed); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		if header.Uname != header.Gname {
			t.Errorf("%s is of the user %q and the group %q", header.Name, header.Uname, header.Gname)
		}
		entries[header.Name] = entry{header.FileInfo().Mode(), header.ModTime.UTC(), header.Uname, content}
	}
}

func unzip(t *testing.T, path string) map[string]entry {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	entries := map[string]entry{}
	for _, file := range archive.File {
		reader, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		entries[file.Name] = entry{file.Mode(), file.Modified.UTC(), "", content}
	}
	return entries
}
