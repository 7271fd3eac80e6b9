package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// The same commit gives the same bytes in another folder, for another user, in
// another time zone. The release workflow repeats this for all platforms and on
// another machine; here is one of each format of archives.
func TestAnArchiveIsTheSameWhereverItIsMade(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		target string
		env    []string
	}{
		// Go's cache does not know folders, so that it would hide one that gets in.
		"with an empty build cache":  {"linux_amd64_v1", []string{"GOCACHE=" + filepath.Join(t.TempDir(), "cache")}},
		"with what is in Go's cache": {"windows_arm64_v8.0", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := released(t)
			other, err := first.clone(run.ctx, filepath.Join(t.TempDir(), "another", "folder"), append(anotherUser(t), test.env...)...)
			if err != nil {
				t.Fatal(err)
			}
			again, err := other.release(run.ctx, only(t, first, test.target))
			if err != nil {
				t.Fatal(err)
			}
			archives := again.archives(t)
			if len(archives) != 1 {
				t.Fatalf("got the archives %v, want one", archives)
			}
			for file, path := range archives {
				if read(t, path) != read(t, filepath.Join(first.dist, file)) {
					t.Errorf("%s differs from the one made first", file)
				}
			}
		})
	}
}

// anotherUser is the environment of somebody else, who has downloaded the same
// modules to another folder and has settings for Go.
func anotherUser(t *testing.T) []string {
	t.Helper()
	here := tree{run.root, os.Environ()}
	known, err := here.output(run.ctx, "go", "env", "GOMODCACHE", "GOCACHE")
	if err != nil {
		t.Fatal(err)
	}
	modules, cache, _ := strings.Cut(strings.TrimSpace(known), "\n")
	home := t.TempDir()
	link := filepath.Join(home, "modules")
	if err := os.Symlink(modules, link); err != nil {
		t.Fatal(err)
	}
	return []string{
		"HOME=" + home, "GOPATH=" + filepath.Join(home, "go"), "GOMODCACHE=" + link, "GOCACHE=" + cache,
		"GOFLAGS=-tags=another", "TZ=Asia/Tokyo",
	}
}

// only is the path of goreleaser's configuration with these targets alone.
func only(t *testing.T, r release, targets ...string) string {
	t.Helper()
	config := map[string]any{}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(r.dir, ".goreleaser.yaml"))), &config); err != nil {
		t.Fatal(err)
	}
	builds, _ := config["builds"].([]any)
	if len(builds) != 1 {
		t.Fatalf("got %d builds in .goreleaser.yaml, want one", len(builds))
	}
	build, _ := builds[0].(map[string]any)
	build["targets"] = targets
	text, err := yaml.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "goreleaser.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
