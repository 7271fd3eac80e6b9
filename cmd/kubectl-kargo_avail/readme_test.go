package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/test/picture"
)

// pictureColumns is the width of the terminal that the picture in README shows.
const pictureColumns = 112

// TestReadmeCommandsWorkOnAFreshMachine runs the first of README's two commands as
// somebody does who has a clone, Go, make and git, and nothing else: it prints what the
// picture below it shows, and the text for those who cannot see the picture is README's.
// With -update the picture is drawn. The second command has to find all that it runs, and
// has to be what CI runs.
func TestReadmeCommandsWorkOnAFreshMachine(t *testing.T) {
	root := filepath.Join("..", "..")
	readme := readText(t, filepath.Join(root, "README.md"))
	_, script, _ := strings.Cut(readme, "## Try it\n")
	_, script, _ = strings.Cut(script, "```sh\n")
	script, _, _ = strings.Cut(script, "```")
	first, second, _ := strings.Cut(strings.TrimSpace(script), "\n")
	if !strings.HasPrefix(first, "go run ") || second != "make test" {
		t.Fatalf("README's two commands are %q and %q", first, second)
	}
	env := freshMachine(t)

	printed, err := inTerminal(t.Context(), root, env, pictureColumns, "/bin/sh", "-c", first)
	if err != nil {
		t.Fatalf("%s: %v\n%s", first, err, printed)
	}
	alt := regexp.MustCompile(`!\[(.+)\]\(docs/images/tour\.svg\)`).FindStringSubmatch(readme)
	if alt == nil {
		t.Fatal("README does not show docs/images/tour.svg")
	}
	want, err := picture.Draw(alt[1], picture.Prompt(first)+printed)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "docs", "images", "tour.svg")
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, readText(t, path)); diff != "" {
		t.Errorf("make docs draws the picture (-printed +picture):\n%s", diff)
	}

	dry := exec.CommandContext(t.Context(), "/bin/sh", "-c", second+" --dry-run")
	dry.Dir, dry.Env = root, env
	recipe, err := dry.CombinedOutput()
	if err != nil {
		t.Fatalf("%s --dry-run: %v\n%s", second, err, recipe)
	}
	for _, part := range []string{"gotestsum", "test/e2e", "test/release", "build-tools"} {
		if !strings.Contains(string(recipe), part) {
			t.Errorf("%s does not run %s:\n%s", second, part, recipe)
		}
	}
	if ci := readText(t, filepath.Join(root, ".ci", "run")); !regexp.MustCompile(`(?m)^make test$`).MatchString(ci) {
		t.Errorf(".ci/run does not run %q", second)
	}
}

// README names the version of Go that go.mod asks for.
func TestReadmeNamesTheVersionOfGo(t *testing.T) {
	root := filepath.Join("..", "..")
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(readText(t, filepath.Join(root, "go.mod")))
	if version == nil || !strings.Contains(readText(t, filepath.Join(root, "README.md")), "Go "+version[1]+" ") {
		t.Errorf("README does not ask for %q", version)
	}
}

// freshMachine is the environment of somebody with an empty home and, on PATH, only go,
// make, git and coreutils. Go's caches are those of this machine, as there may be no
// network to fill others from; -trimpath lets the build share what the end-to-end tests
// have compiled.
func freshMachine(t *testing.T) []string {
	t.Helper()
	caches, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	cache, modules, _ := strings.Cut(strings.TrimSpace(string(caches)), "\n")
	bin := t.TempDir()
	for _, name := range []string{"go", "make", "git", "cat", "cp", "ls", "mkdir", "mv", "rm", "sh", "test", "uname"} {
		path, err := exec.LookPath(name)
		if err == nil {
			path, err = filepath.EvalSymlinks(path) // Go finds its own files beside it
		}
		if err == nil {
			err = os.Symlink(path, filepath.Join(bin, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return []string{
		"PATH=" + bin, "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8", "TERM=xterm-256color",
		"GOCACHE=" + cache, "GOMODCACHE=" + modules, "GOPROXY=off", "GOTOOLCHAIN=local", "GOFLAGS=-trimpath",
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
