package graph

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The picture in README and docs/graph.md is what graph draws. -update writes it.
func TestPictureOfTheDocuments(t *testing.T) {
	root := filepath.Join("..", "..")
	pipeline := filepath.Join(root, "examples", "wait-gate.yaml")
	got := draw(t, "-f", pipeline, "--at", moment(t, pipeline), "-o", "svg")
	path := filepath.Join(root, "docs", "images", "pipeline.svg")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("make golden writes it (-%s +drawn):\n%s", path, diff)
	}
	for document, link := range map[string]string{"README.md": "](docs/images/pipeline.svg)", "docs/graph.md": "](images/pipeline.svg)"} {
		text, err := os.ReadFile(filepath.Join(root, document))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), link) {
			t.Errorf("%s does not show %s", document, path)
		}
	}
}
