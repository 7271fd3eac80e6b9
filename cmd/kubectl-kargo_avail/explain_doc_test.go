package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// docColumns is a width of a terminal that holds a line of every example.
const docColumns = 100

// excerpt returns the first paragraph of what is printed and those that are shown,
// which is told by how they begin; all of it where nothing is shown.
func excerpt(printed, shown string) string {
	if strings.TrimSpace(shown) == "" {
		return printed
	}
	begins := func(line string) string {
		before, _, _ := strings.Cut(line, ":")
		return before
	}
	var beginnings, kept []string
	for line := range strings.Lines(shown) {
		beginnings = append(beginnings, begins(strings.TrimRight(line, "\n")))
	}
	for paragraph := range strings.SplitSeq(strings.TrimSpace(printed), "\n\n") {
		first, _, _ := strings.Cut(paragraph, "\n")
		if len(kept) == 0 || slices.Contains(beginnings, begins(first)) {
			kept = append(kept, paragraph)
		}
	}
	return strings.Join(kept, "\n\n") + "\n"
}

// TestExplainDocHasEveryWord wants a heading for each reason and cause, and under it
// an example in which it is found.
func TestExplainDocHasEveryWord(t *testing.T) {
	root := filepath.Join("..", "..")
	text := readText(t, filepath.Join(root, "docs", "explain.md"))
	for _, list := range []struct{ under, field string }{{"\n## Reasons\n", "reason"}, {"\n## Causes of a difference\n", "cause"}} {
		_, chapter, found := strings.Cut(text, list.under)
		if !found {
			t.Fatalf("no chapter %q", list.under)
		}
		chapter, _, _ = strings.Cut(chapter, "\n## ")
		headed := map[string]bool{}
		for _, section := range strings.Split(chapter, "\n### ")[1:] {
			word, body, _ := strings.Cut(section, "\n")
			headed[word] = true
			_, manifest, _ := strings.Cut(body, "```yaml\n")
			manifest, _, _ = strings.Cut(manifest, "```")
			_, command, _ := strings.Cut(body, "$ kubectl kargo-avail ")
			command, _, _ = strings.Cut(command, "\n")
			printed, err := inTerminalReading(t.Context(), strings.NewReader(manifest), root, os.Environ(), docColumns, binary, append(strings.Fields(command), "-o", "json")...)
			if err != nil || !strings.Contains(printed, `"`+list.field+`": "`+word+`"`) {
				t.Errorf("the example of %s has no such %s: %v", word, list.field, err)
			}
		}
		for _, word := range contract(t, list.field) {
			if !headed[word] {
				t.Errorf("docs/explain.md has no example of the %s %s", list.field, word)
			}
		}
	}
}

// contract returns the closed set of a field from the JSON Schema.
func contract(t *testing.T, field string) []string {
	t.Helper()
	text := readText(t, filepath.Join("..", "..", "docs", "schema", "Explanation.json"))
	owner := map[string]string{"reason": "Blocker", "cause": "Divergence"}[field]
	var schema struct {
		Defs map[string]struct {
			Properties map[string]struct {
				Enum []string `json:"enum"`
			} `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(text), &schema); err != nil {
		t.Fatal(err)
	}
	words := schema.Defs[owner].Properties[field].Enum
	if len(words) < 10 {
		t.Fatalf("the schema has %d words for %s", len(words), field)
	}
	return words
}
