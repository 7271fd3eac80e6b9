// Package architecture holds the tree to the rules of ARCHITECTURE.md.
package architecture

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/kargo-avail/kubectl-kargo-avail/"

// layers lists the packages from the bottom up. A package imports only from the
// layers below its own.
func layers() [][]string {
	return [][]string{
		{"pkg/git", "pkg/kargo", "pkg/transport", "pkg/version"},
		{"pkg/manifest", "pkg/owner", "pkg/pipeline"},
		{"pkg/avail", "pkg/graph"},
		{"pkg/autopromote"},
		{"pkg/change", "pkg/remedy"},
		{"pkg/lint"},
		{"pkg/report"},
		{"pkg/render/term"},
		{"pkg/render/describe", "pkg/render/table"},
		{"pkg/render/listing", "pkg/render/page", "pkg/render/findings", "pkg/render/picture"},
		{"pkg/render/comment", "pkg/render/formats"},
		{"pkg/kube", "pkg/screen"},
		{"pkg/source"},
		{"pkg/live", "pkg/edit"},
		{"pkg/edit/cluster", "pkg/edit/file"},
		{"pkg/cli"},
		{"pkg/load"},
		{"pkg/complete", "pkg/watch"},
		{"pkg/cmd/completion", "pkg/cmd/diff", "pkg/cmd/explain", "pkg/cmd/graph", "pkg/cmd/lint", "pkg/cmd/list", "pkg/cmd/setstrategy", "pkg/cmd/version", "pkg/cmd/wait", "pkg/cmd/whatif"},
		{"pkg/cmd"},
		{"cmd/kubectl-kargo_avail"},
		{"pkg/internal/build"}, // for tests alone, as what follows: nothing else is above it
		{"pkg/internal/shapes"},
	}
}

// core lists the packages that judge, and outside what they must not know.
func core() (packages, outside []string) {
	return []string{"pkg/kargo", "pkg/pipeline", "pkg/avail", "pkg/autopromote", "pkg/change", "pkg/graph", "pkg/lint", "pkg/manifest", "pkg/owner", "pkg/remedy", "pkg/report"},
		[]string{"os", "context", "net", "syscall", "github.com/spf13", "k8s.io/client-go", "k8s.io/cli-runtime", "golang.org/x/term", "github.com/fatih/color"}
}

func TestImportsRunDownwards(t *testing.T) {
	rank := map[string]int{}
	for i, layer := range layers() {
		for _, name := range layer {
			rank[name] = i
		}
	}
	seen := map[string]bool{}
	for file, imports := range production(t) {
		from := filepath.ToSlash(filepath.Dir(file))
		own, ok := rank[from]
		if !ok {
			t.Errorf("%s: package %s has no layer: give it one here and in ARCHITECTURE.md", file, from)
			continue
		}
		seen[from] = true
		for _, path := range imports {
			to, ours := strings.CutPrefix(path, module)
			if ours && rank[to] >= own {
				t.Errorf("%s: %s imports %s, which is not below it", file, from, to)
			}
		}
	}
	for name := range rank {
		if !seen[name] {
			t.Errorf("layer names package %s, which has no files", name)
		}
	}
}

func TestTheCoreKnowsNothingOutside(t *testing.T) {
	packages, outside := core()
	checked := 0
	for file, imports := range production(t) {
		if !slices.Contains(packages, filepath.ToSlash(filepath.Dir(file))) {
			continue
		}
		checked++
		for _, path := range imports {
			for _, banned := range outside {
				if path == banned || strings.HasPrefix(path, banned+"/") {
					t.Errorf("%s imports %s: the core knows no command line, cluster, terminal or context", file, path)
				}
			}
		}
	}
	if checked == 0 {
		t.Fatal("no file of the core was found")
	}
}

// production returns the imports of each Go file that is not a test, by its path
// from the root of the repository.
func production(t *testing.T) map[string][]string {
	t.Helper()
	root := filepath.Join("..", "..")
	files := map[string][]string{}
	for _, dir := range []string{"pkg", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			files[name] = []string{}
			for _, spec := range parsed.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					return err
				}
				files[name] = append(files[name], imported)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}
