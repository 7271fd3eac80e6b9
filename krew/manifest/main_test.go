package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

var root = filepath.Join("..", "..")

// manifest is the part of krew's manifests that tells releases apart.
type manifest struct {
	Spec struct {
		Version   string
		Platforms []struct{ URI, Sha256 string }
	}
}

// The copies in the repository are what the template gives for the release that
// they name: nobody has edited one of them.
func TestTheCopiesAreMadeFromTheTemplate(t *testing.T) {
	for _, name := range copies() {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		var got manifest
		if err := yaml.Unmarshal(text, &got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sums := map[string]string{}
		for _, platform := range got.Spec.Platforms {
			sums[platform.URI[strings.LastIndexByte(platform.URI, '/')+1:]] = platform.Sha256
		}
		want, err := render(filepath.Join(root, source), got.Spec.Version, sums)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(string(want), string(text)); diff != "" {
			t.Errorf("%s is not what make manifests writes (-want +got):\n%s", name, diff)
		}
	}
	for _, name := range copies() {
		text := read(t, root, name)
		unreleased := strings.Contains(text, "version: v0.0.0-unreleased\n")
		if says := strings.HasPrefix(text, "# NOT A RELEASE"); says != unreleased {
			t.Errorf("%s is a placeholder: %v; says so in its first line: %v", name, unreleased, says)
		}
		if sum := "sha256: " + strings.Repeat("deadbeef", 8); strings.Contains(text, sum) != unreleased {
			t.Errorf("%s is a placeholder: %v; has its checksum: %v", name, unreleased, !unreleased)
		}
	}
	first, others := read(t, root, copies()[0]), copies()[1:]
	for _, name := range others {
		if read(t, root, name) != first {
			t.Errorf("%s is of another release than %s", name, copies()[0])
		}
	}
}

func TestRunWritesEveryCopy(t *testing.T) {
	dir := t.TempDir()
	for _, name := range append(copies(), source) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, source), read(t, root, source))
	sums := map[string]string{}
	for i, name := range assets(t) {
		sums[name] = strings.Repeat(string(rune('a'+i%6)), 64)
	}
	var checksums strings.Builder
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		checksums.WriteString(sums[name] + "  " + name + "\n")
	}
	list := filepath.Join(dir, "checksums.txt")
	write(t, list, checksums.String()+strings.Repeat("0", 64)+"  another.tar.gz\n")
	if err := run(dir, "v9.8.7-rc.1", list); err != nil {
		t.Fatal(err)
	}
	for _, name := range copies() {
		var got manifest
		if err := yaml.Unmarshal([]byte(read(t, dir, name)), &got); err != nil {
			t.Fatal(err)
		}
		if got.Spec.Version != "v9.8.7-rc.1" {
			t.Errorf("%s: got version %q", name, got.Spec.Version)
		}
		for _, platform := range got.Spec.Platforms {
			directory, asset := filepath.Split(platform.URI)
			if !strings.HasSuffix(directory, "/v9.8.7-rc.1/") || platform.Sha256 != sums[asset] {
				t.Errorf("%s: got %s with the sum %s", name, platform.URI, platform.Sha256)
			}
		}
	}
}

func TestRunRefuses(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "checksums.txt")
	write(t, empty, "")
	for name, test := range map[string]struct{ tag, checksums, want string }{
		"no tag":               {"", empty, `-tag "" is not a release`},
		"a tag without v":      {"0.1.0", empty, `-tag "0.1.0" is not a release`},
		"no checksums":         {"v0.1.0", "no-such-file", "read -checksums: open no-such-file"},
		"an asset without one": {"v0.1.0", empty, "the checksums do not name kubectl-kargo_avail_darwin_amd64.tar.gz"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(root, test.tag, test.checksums); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

// assets are the names of the assets that the template asks for.
func assets(t *testing.T) []string {
	t.Helper()
	var names []string
	for line := range strings.Lines(read(t, root, source)) {
		if _, uri, ok := strings.Cut(line, `addURIAndSha "`); ok {
			uri, _, _ = strings.Cut(uri, `"`)
			names = append(names, uri[strings.LastIndexByte(uri, '/')+1:])
		}
	}
	if len(names) == 0 {
		t.Fatal("the template names no asset")
	}
	return names
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
