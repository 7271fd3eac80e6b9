package findings

import (
	"fmt"
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// Catalog lists rules: code, name, severity and what each finds.
func Catalog(w io.Writer, rules []lint.Rule) error {
	var b strings.Builder
	for i := range rules {
		r := &rules[i]
		fmt.Fprintf(&b, "%s  %-28s %-8s %s\n", r.Code, r.Name, r.Severity, r.Summary)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Explain writes the page of a rule for a person: what it finds, why that matters, an
// example with what is found in it, and how it should be.
func Explain(w io.Writer, r *lint.Rule, palette term.Palette) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s, %s)\n\n%s\n\n", r.Title(), r.Severity, r.In, fill(r.Summary))
	fmt.Fprintf(&b, "%s\n\n", fill(r.Why))
	page := lint.PageOf(r)
	fmt.Fprintf(&b, "Example:\n\n%s\n", indent(page.Bad))
	found := lint.Example(r, "example.yaml", page.Bad)
	for i := range found.Findings {
		(&block{&b, palette, 0}).finding(&found.Findings[i])
	}
	fmt.Fprintf(&b, "\n%s\n\nAs it should be:\n\n%s", fill(r.Remedy), indent(page.Good))
	if len(r.Issues) > 0 {
		fmt.Fprintf(&b, "\nKargo's issues: %s\n", strings.Join(r.Issues, ", "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Handbook writes the pages of all rules as Markdown, as docs/lint.md has them.
func Handbook(w io.Writer) error {
	var b strings.Builder
	rules := lint.Rules()
	b.WriteString("| code | name | severity | what it finds |\n|---|---|---|---|\n")
	for i := range rules {
		r := &rules[i]
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", r.Code, anchor(r), r.Name, r.Severity, r.Summary)
	}
	for i := range rules {
		handbookPage(&b, &rules[i])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func anchor(r *lint.Rule) string { return strings.ToLower(r.Code) + "-" + r.Name }

func handbookPage(b *strings.Builder, r *lint.Rule) {
	page := lint.PageOf(r)
	fmt.Fprintf(b, "\n### %s\n\n%s %s\n\n", r.Title(), r.Summary, r.Why)
	fmt.Fprintf(b, "Severity: %s. Seen in: %s.", r.Severity, r.In)
	for i, issue := range r.Issues {
		number := strings.TrimPrefix(issue, "kargo#")
		if i == 0 {
			b.WriteString(" Kargo's issues:")
		} else {
			b.WriteString(",")
		}
		fmt.Fprintf(b, " [%s](https://github.com/akuity/kargo/issues/%s)", issue, number)
		if i == len(r.Issues)-1 {
			b.WriteString(".")
		}
	}
	fmt.Fprintf(b, "\n\n```yaml\n%s```\n\n```text\n", page.Bad)
	found := lint.Example(r, "bad.yaml", page.Bad)
	for i := range found.Findings {
		if i > 0 {
			b.WriteString("\n")
		}
		(&block{b, term.Palette{}, 0}).finding(&found.Findings[i])
	}
	fmt.Fprintf(b, "```\n\n%s\n\n```yaml\n%s```\n", r.Remedy, page.Good)
}

// fill breaks text into lines of a readable width.
func fill(text string) string {
	const columns = 88
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && width(line)+1+width(word) > columns {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimLeft(line+" "+word, " ")
	}
	return strings.Join(append(lines, line), "\n")
}

// indent puts four spaces in front of each line.
func indent(text string) string {
	return "    " + strings.TrimRight(strings.ReplaceAll(text, "\n", "\n    "), " ")
}
