package source

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// No source reads a kubeconfig, and that of files has nothing to reach a cluster with.
func TestImports(t *testing.T) {
	clusterFiles := []string{"chain.go", "cluster.go", "find.go", "list.go", "narrow.go", "progress.go", "watch.go"}
	ours := "github.com/kargo-avail/kubectl-kargo-avail/pkg/"
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case strings.HasSuffix(name, "_test.go"):
			case strings.HasPrefix(path, ours) && path != ours+"kargo" && path != ours+"pipeline",
				strings.HasPrefix(path, "k8s.io/cli-runtime/"), strings.HasPrefix(path, "k8s.io/client-go/tools/"):
				t.Errorf("%s imports %s", name, path)
			case slices.Contains(clusterFiles, name):
			case strings.HasPrefix(path, "k8s.io/"), path == "net", strings.HasPrefix(path, "net/"):
				t.Errorf("%s, which is no part of Cluster, imports %s", name, path)
			}
		}
	}
}
