package source

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Nothing here reads a kubeconfig, and only the files of the Cluster can reach a cluster.
func TestImports(t *testing.T) {
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
			case strings.HasPrefix(path, ours) && path != ours+"kargo" && path != ours+"manifest" && path != ours+"pipeline" && path != ours+"transport" && path != ours+"git",
				strings.HasPrefix(path, "k8s.io/cli-runtime/"), strings.HasPrefix(path, "k8s.io/client-go/tools/"):
				t.Errorf("%s imports %s", name, path)
			case strings.HasPrefix(name, "cluster"):
			case strings.HasPrefix(path, "k8s.io/"), path == "net", strings.HasPrefix(path, "net/"):
				t.Errorf("%s, which is no part of Cluster, imports %s", name, path)
			}
		}
	}
}
