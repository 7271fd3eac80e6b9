package release

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAddressesLeadSomewhere follows the addresses that files of this repository have on
// GitHub, as they stand in issue forms, release notes, schemas and in what verifies a
// signature. The links between documents are followed by test/docs.
func TestAddressesLeadSomewhere(t *testing.T) {
	t.Parallel()
	raw := strings.Replace(repository, "github.com", "raw.githubusercontent.com", 1) + "/main"
	address := regexp.MustCompile(`(?:` + regexp.QuoteMeta(repository) + `|` + regexp.QuoteMeta(raw) + `)/(?:blob/(?:main|\{\{ \.Tag \}\})/)?([\w.-]+(?:/[\w.-]+)*\.(?:md|json|yaml))(?:#([\w-]+))?`)
	found := 0
	for _, pattern := range []string{".goreleaser.yaml", ".github/*/*", "*.md", "docs/*.md", "docs/schema/*"} {
		files, err := filepath.Glob(filepath.Join(run.root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			for _, match := range address.FindAllStringSubmatch(read(t, file), -1) {
				found++
				target := filepath.Join(run.root, filepath.FromSlash(match[1]))
				if _, err := os.Stat(target); err != nil {
					t.Errorf("%s: %s leads nowhere", file, match[0])
				} else if heading := strings.ReplaceAll(match[2], "-", " "); heading != "" &&
					!regexp.MustCompile(`(?mi)^#+ `+heading+`$`).MatchString(read(t, target)) {
					t.Errorf("%s: %s has no such heading", file, match[0])
				}
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d addresses were found", found)
	}
}
