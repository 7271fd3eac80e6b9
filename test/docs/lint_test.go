package docs

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/findings"
)

// docs/lint.md has the page of each rule, with what it finds in its example. With
// -update they are written.
func TestLintHandbook(t *testing.T) {
	const mark = "make golden writes it. -->\n\n"
	path := filepath.Join(root, "docs", "lint.md")
	text := readFile(t, path)
	own, shown, ok := strings.Cut(text, mark)
	if !ok {
		t.Fatalf("%s has no place for the rules", path)
	}
	var pages strings.Builder
	if err := findings.Handbook(&pages); err != nil {
		t.Fatal(err)
	}
	if *update {
		writeFile(t, path, own+mark+pages.String())
		return
	}
	if diff := cmp.Diff(shown, pages.String()); diff != "" {
		t.Errorf("docs/lint.md; make golden writes it (-page +rules):\n%s", diff)
	}
}
