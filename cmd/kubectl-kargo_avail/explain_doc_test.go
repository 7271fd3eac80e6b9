package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// docColumns is the width of the terminal that docs/explain.md shows.
const docColumns = 100

// TestExplainDocShowsWhatIsPrinted runs the commands in docs/explain.md, each with the
// manifest before it on standard input, and wants of what is printed the sections that
// the document shows. With -update they are written.
func TestExplainDocShowsWhatIsPrinted(t *testing.T) {
	root := filepath.Join("..", "..")
	path := filepath.Join(root, "docs", "explain.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "```") // the odd ones are inside of fences
	manifest, ran := "", 0
	for i := 1; i < len(parts); i += 2 {
		language, body, _ := strings.Cut(parts[i], "\n")
		command, shown, _ := strings.Cut(body, "\n")
		line, ours := strings.CutPrefix(command, "$ kubectl kargo-avail ")
		switch {
		case language == "yaml":
			manifest = body
			continue
		case language != "console" || !ours:
			continue
		}
		ran++
		printed, err := inTerminalReading(t.Context(), strings.NewReader(manifest), root, append(os.Environ(), "NO_COLOR=1"), docColumns, binary, strings.Fields(line)...)
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, printed)
		}
		want := excerpt(printed, shown)
		if *update {
			parts[i] = language + "\n" + command + "\n" + want
		} else if diff := cmp.Diff(shown, want); diff != "" {
			t.Errorf("%s (-docs/explain.md +printed):\n%s", command, diff)
		}
	}
	if ran < 39 {
		t.Errorf("only %d commands were found", ran)
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(parts, "```")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

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
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "explain.md"))
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join("..", "..")
	for _, list := range []struct{ under, field string }{{"\n## Reasons\n", "reason"}, {"\n## Causes of a difference\n", "cause"}} {
		_, chapter, found := strings.Cut(string(text), list.under)
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
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "schema", "Explanation.json"))
	if err != nil {
		t.Fatal(err)
	}
	owner := map[string]string{"reason": "Blocker", "cause": "Divergence"}[field]
	var schema struct {
		Defs map[string]struct {
			Properties map[string]struct {
				Enum []string `json:"enum"`
			} `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	words := schema.Defs[owner].Properties[field].Enum
	if len(words) < 10 {
		t.Fatalf("the schema has %d words for %s", len(words), field)
	}
	return words
}
