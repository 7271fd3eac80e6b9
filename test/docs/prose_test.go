package docs

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// archaisms are turns of phrase that nobody uses in a pull request, and spellings that
// Kubernetes does not use.
func archaisms() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(be it|be they|of one mind|as of when|had it always been|is so already|hears? of|for ever|foretells?|in vain)\b` +
		`|\ball the same[;:.,]|\b(that|which) is not there[.,;:]|\b(behaviour|colour(ed|s)?|cancelled|honour|favour)\b`)
}

// TestNobodyWritesLikeThat keeps archaisms out of the documents and the code. What is
// quoted from elsewhere, and the pages that are made from code, are not looked at.
func TestNobodyWritesLikeThat(t *testing.T) {
	listed, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "-z", "*.md", "*.go", "Makefile", "*.yml").Output()
	if err != nil {
		t.Fatal(err)
	}
	checked, avoided := 0, archaisms()
	for name := range strings.SplitSeq(strings.TrimSuffix(string(listed), "\x00"), "\x00") {
		if strings.HasSuffix(name, "prose_test.go") || strings.HasPrefix(name, "docs/cli/") || name == "docs/lint.md" {
			continue
		}
		checked++
		for i, line := range strings.Split(readFile(t, filepath.Join(root, name)), "\n") {
			if found := avoided.FindString(line); found != "" {
				t.Errorf("%s:%d: say %q in plain English", name, i+1, found)
			}
		}
	}
	if checked < 300 {
		t.Errorf("only %d files were read", checked)
	}
}
