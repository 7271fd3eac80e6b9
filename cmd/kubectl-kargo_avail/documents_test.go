package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/semver"
)

// document is a page that shows commands and what they print.
type document struct {
	name    string
	least   int    // how many commands it shows at least
	columns uint16 // the width of the terminal that it shows
	// excerpt returns the part of what is printed that the page shows; nil is all of it.
	excerpt func(printed, shown string) string
}

// TestDocumentsShowWhatIsPrinted runs the commands in the console blocks of the documents,
// each in a terminal and with the YAML block before it on standard input, and compares what
// is printed with what the document shows. With -update the document is rewritten.
func TestDocumentsShowWhatIsPrinted(t *testing.T) {
	for _, d := range []document{
		{name: "README.md", least: 1, columns: 120},
		{name: "docs/tour.md", least: 5, columns: 120},
		{name: "docs/semantics.md", least: 7, columns: 120},
		{name: "docs/faq.md", least: 6, columns: 120},
		{name: "docs/gitops.md", least: 1, columns: 120},
		{name: "docs/graph.md", least: 3, columns: 120},
		{name: "docs/diff.md", least: 3, columns: 120},
		{name: "examples/README.md", least: 5, columns: 120},
		{name: "docs/explain.md", least: 39, columns: 100, excerpt: excerpt},
	} {
		t.Run(d.name, d.test)
	}
}

func (d document) test(t *testing.T) {
	root := filepath.Join("..", "..")
	path := filepath.Join(root, filepath.FromSlash(d.name))
	parts := strings.Split(readText(t, path), "```") // the odd ones are inside of fences
	manifest, ran := "", 0
	for i := 1; i < len(parts); i += 2 {
		language, body, _ := strings.Cut(parts[i], "\n")
		command, shown, _ := strings.Cut(body, "\n")
		line, ours := strings.CutPrefix(command, "$ kubectl kargo-avail ")
		if language == "yaml" {
			manifest = body
		}
		if language != "console" || !ours {
			continue
		}
		ran++
		want, err := inTerminalReading(t.Context(), strings.NewReader(manifest), root, append(os.Environ(), "NO_COLOR=1"), d.columns, binary, strings.Fields(line)...)
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, want)
		}
		if d.excerpt != nil {
			want = d.excerpt(want, shown)
		}
		if *update {
			parts[i] = language + "\n" + command + "\n" + want
		} else if diff := cmp.Diff(shown, want); diff != "" {
			t.Errorf("%s (-%s +printed):\n%s", command, d.name, diff)
		}
	}
	if ran < d.least {
		t.Errorf("only %d commands were found", ran)
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(parts, "```")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSemanticsDocIsRightAboutVersions wants each cause of a difference in the table of
// docs/semantics.md, and its example in docs/explain.md to show it in the versions of Kargo
// that the table names and in no others, of those that are reproduced exactly.
func TestSemanticsDocIsRightAboutVersions(t *testing.T) {
	root := filepath.Join("..", "..")
	semantics := readText(t, filepath.Join(root, "docs", "semantics.md"))
	explained := readText(t, filepath.Join(root, "docs", "explain.md"))
	for _, cause := range contract(t, "cause") {
		_, row, found := strings.Cut(semantics, "\n| ["+cause+"](explain.md#"+strings.ToLower(cause)+") | ")
		versions, _, _ := strings.Cut(row, " |")
		_, section, explains := strings.Cut(explained, "\n### "+cause+"\n")
		if !found || !explains {
			t.Errorf("%s is missing in docs/semantics.md or docs/explain.md", cause)
			continue
		}
		_, manifest, _ := strings.Cut(section, "```yaml\n")
		manifest, _, _ = strings.Cut(manifest, "```")
		_, command, _ := strings.Cut(section, "$ kubectl kargo-avail ")
		command, _, _ = strings.Cut(command, "\n")
		for _, version := range []string{"v1.3.3", "v1.7.10", "v1.8.0", "v1.10.10", "v1.11.0", "v1.11.2"} {
			printed, err := inTerminalReading(t.Context(), strings.NewReader(manifest), root, os.Environ(), docColumns, binary,
				append(strings.Fields(command), "-o", "json", "--kargo-version", version)...)
			if err != nil {
				t.Fatalf("%s: %v\n%s", command, err, printed)
			}
			if is, said := strings.Contains(printed, `"cause": "`+cause+`"`), within(t, version, versions); is != said {
				t.Errorf("%s in Kargo %s: %v, and the table says %q", cause, version, is, versions)
			}
		}
	}
}

// within reports whether a version is in a range such as "from v1.2.0" or "v1.2.0 to
// v1.10.10", with a note behind it or none.
func within(t *testing.T, version, versions string) bool {
	t.Helper()
	versions, _, _ = strings.Cut(versions, ";")
	first, last, ends := strings.Cut(versions, " to ")
	if !ends {
		first, last = strings.TrimPrefix(versions, "from "), "v99.0.0"
	}
	if !semver.IsValid(first) || !semver.IsValid(last) {
		t.Fatalf("the range %q is not understood", versions)
	}
	return semver.Compare(first, version) <= 0 && semver.Compare(version, last) <= 0
}

// TestDiffComment wants the comment that docs/diff.md links to. With -update it is written.
func TestDiffComment(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	out, err := exec.CommandContext(t.Context(), binary, "diff", "-f", "docs/examples/change.yaml", "--live", "examples/wait-gate.yaml",
		"--at", "2026-11-23T04:48:45Z", "--kargo-version", "v1.11.2", "-o", "markdown").Output()
	if err != nil {
		t.Fatal(err)
	}
	const page = "docs/examples/comment.md"
	if *update {
		if err := os.WriteFile(page, out, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	shown, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(shown), string(out)); diff != "" {
		t.Errorf("(-%s +printed):\n%s", page, diff)
	}
}
