package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The files that CONTRIBUTING.md sends people to are there, three at most per path.
func TestPathsOfContributing(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## Where to add …\n")
	if !ok {
		t.Fatal("CONTRIBUTING.md does not say where to add things")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	paths := strings.Split(section, "\n**")[1:]
	if len(paths) != 5 {
		t.Errorf("%d paths, want 5", len(paths))
	}
	files := regexp.MustCompile("`(pkg|test|docs)/[^`]*`")
	steps := regexp.MustCompile(`(?m)^(\d\.|-) `)
	for _, path := range paths {
		name, _, _ := strings.Cut(path, "**")
		if n := len(steps.FindAllString(path, -1)); n == 0 || n > 3 {
			t.Errorf("%s: %d steps, want 1 to 3", name, n)
		}
		for _, file := range files.FindAllString(path, -1) {
			file = strings.Trim(file, "`")
			if strings.Contains(file, "NAME") || strings.Contains(file, "VERB") {
				file = filepath.Dir(strings.TrimSuffix(file, "/"))
			}
			if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
