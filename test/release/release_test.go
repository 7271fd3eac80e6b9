package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// release is what goreleaser made, short of publishing, signing and SBOMs: those
// need the network and programs that are not Go modules.
type release struct {
	tree
	dist string
}

func (t tree) release(ctx context.Context, config string) (release, error) {
	_, err := t.output(ctx, run.tools.goreleaser, "release", "--clean", "--parallelism=1", "--skip=publish,sign,sbom", "--config="+config)
	return release{t, filepath.Join(t.dir, "dist")}, err
}

// archives are the paths of the archives by their file name.
func (r release) archives(t *testing.T) map[string]string {
	t.Helper()
	archives := map[string]string{}
	for _, pattern := range []string{"*.tar.gz", "*.zip"} {
		files, err := filepath.Glob(filepath.Join(r.dist, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			archives[filepath.Base(file)] = file
		}
	}
	if len(archives) == 0 {
		t.Fatalf("no archive in %s", r.dist)
	}
	return archives
}

// name is the file name of a platform's archive.
func name(p platform) string {
	return "kubectl-kargo_avail_" + p.os + "_" + p.arch + p.extension()
}

// platform is one of those that krew knows.
type platform struct{ os, arch string }

// platforms are all that krew knows and Go builds for.
func platforms() []platform {
	return []platform{
		{"darwin", "amd64"},
		{"darwin", "arm64"},
		{"linux", "386"},
		{"linux", "amd64"},
		{"linux", "arm"},
		{"linux", "arm64"},
		{"linux", "ppc64le"},
		{"windows", "386"},
		{"windows", "amd64"},
		{"windows", "arm64"},
	}
}

func (p platform) extension() string {
	if p.os == "windows" {
		return ".zip"
	}
	return ".tar.gz"
}

// executable is the name of the plugin there.
func (p platform) executable() string {
	if p.os == "windows" {
		return "kubectl-kargo_avail.exe"
	}
	return "kubectl-kargo_avail"
}

// completion is the name of the completion shim there.
func (p platform) completion() string {
	if p.os == "windows" {
		return "kubectl_complete-kargo_avail.cmd"
	}
	return "kubectl_complete-kargo_avail"
}

func (p platform) String() string { return p.os + "/" + p.arch }

func sumOf(t *testing.T, path string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(read(t, path)))
	return hex.EncodeToString(sum[:])
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheConfigurationIsValid(t *testing.T) {
	t.Parallel()
	here := tree{run.root, os.Environ()}
	// Names that goreleaser has given up are errors, too.
	if _, err := here.output(run.ctx, run.tools.goreleaser, "check"); err != nil {
		t.Error(err)
	}
}

// A contributor has archives of what is being worked on, with no tag at all.
func TestASnapshotNeedsNoTag(t *testing.T) {
	t.Parallel()
	r := released(t)
	clone, err := r.clone(run.ctx, filepath.Join(t.TempDir(), "untagged"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := clone.output(run.ctx, "git", "tag", "--delete", tag); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(clone.dir, "README.md"), "not committed")
	if _, err := clone.output(run.ctx, run.tools.goreleaser, "release", "--snapshot", "--skip=sign,sbom", "--config="+only(t, r, "linux_amd64_v1")); err != nil {
		t.Fatal(err)
	}
	snapshot := release{clone, filepath.Join(clone.dir, "dist")}
	got := open(t, snapshot.archives(t)[name(platform{"linux", "amd64"})])
	if string(got["README.md"].content) != "not committed" {
		t.Error("the snapshot does not have the tree as it is")
	}
}

func TestTheChecksumsAreThoseOfTheArchives(t *testing.T) {
	t.Parallel()
	r := released(t)
	var want strings.Builder
	for _, p := range platforms() {
		want.WriteString(sumOf(t, filepath.Join(r.dist, name(p))) + "  " + name(p) + "\n")
	}
	if got := read(t, filepath.Join(r.dist, "checksums.txt")); got != want.String() {
		t.Errorf("checksums.txt: got\n%swant\n%s", got, want.String())
	}
}
