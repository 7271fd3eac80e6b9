// Package findings writes what lint found: for a person, for editors, and for the
// machines that show it beside the code.
package findings

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Text writes findings for a person: each with an excerpt of the file, and the sum of
// all.
func Text(w io.Writer, result lint.Result, palette term.Palette) error {
	var b strings.Builder
	for i := range result.Findings {
		if f := &result.Findings[i]; f.Suppressed == nil {
			(&block{&b, palette, 0}).finding(f)
			_, _ = b.WriteString("\n")
		}
	}
	_, _ = b.WriteString(Sum(result) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// Sum says how much was found, and in how much.
func Sum(result lint.Result) string {
	s := report.Summarize(result.Findings)
	var parts []string
	for _, count := range []struct {
		n    int
		noun string
	}{{s.Error, "error"}, {s.Warning, "warning"}, {s.Note, "note"}} {
		if count.n > 0 {
			parts = append(parts, Counted(count.n, count.noun))
		}
	}
	text := strings.Join(parts, ", ")
	if text == "" {
		text = "no findings"
	}
	text += fmt.Sprintf(" in %s of %s", Counted(result.Stages, "Stage"), Counted(result.Projects, "Project"))
	if s.Suppressed > 0 {
		text += fmt.Sprintf("; %d suppressed", s.Suppressed)
	}
	if s.Baseline > 0 {
		text += fmt.Sprintf("; %d in the baseline", s.Baseline)
	}
	return text
}

// Counted returns "1 file" or "2 files".
func Counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// block writes one finding.
type block struct {
	*strings.Builder
	palette term.Palette
	gutter  int // the width of the line numbers
}

// mark is a part of a file, and what is said of it.
type mark struct {
	place lint.Place
	text  string
	main  bool
}

func (b *block) finding(f *lint.Finding) {
	head := fmt.Sprintf("%s[%s] %s:", f.Severity, f.Rule.Code, f.Rule.Name)
	_, _ = fmt.Fprintf(b, "%s %s\n", b.severity(f.Severity, head), term.Sanitize(f.Message))
	marks := []mark{{f.Place, f.Label, true}}
	for _, related := range f.Related {
		marks = append(marks, mark{related.Place, related.Message, false})
	}
	for _, m := range marks {
		if m.place.File != nil {
			b.gutter = max(b.gutter, len(strconv.Itoa(m.place.Span.Line)))
		}
	}
	for i, group := range grouped(marks) {
		b.group(group, i == 0)
	}
	b.remarks(f)
}

func (b *block) severity(s lint.Severity, text string) string {
	if s == lint.Error {
		return b.palette.Bad(text)
	}
	if s == lint.Warning {
		return b.palette.Warning(text)
	}
	return text
}

// nearby is how many lines apart two places may be to be shown in one excerpt.
const nearby = 6

// grouped puts the marks together that one excerpt can show, those of the main place
// first.
func grouped(marks []mark) [][]mark {
	var groups [][]mark
	for _, m := range marks {
		i := slices.IndexFunc(groups, func(group []mark) bool {
			return m.place.File != nil && slices.ContainsFunc(group, func(other mark) bool {
				return other.place.File == m.place.File && abs(other.place.Span.Line-m.place.Span.Line) <= nearby
			})
		})
		if i < 0 {
			groups = append(groups, []mark{m})
		} else {
			groups[i] = append(groups[i], m)
		}
	}
	for _, group := range groups {
		slices.SortStableFunc(group, func(a, b mark) int {
			return cmp.Or(cmp.Compare(a.place.Span.Line, b.place.Span.Line), cmp.Compare(b.place.Span.Column, a.place.Span.Column))
		})
	}
	return groups
}

func abs(n int) int { return max(n, -n) }

// group writes one excerpt, or the name of an object of a cluster.
func (b *block) group(marks []mark, first bool) {
	arrow := ":::"
	if first {
		arrow = "-->"
	}
	head := marks[0]
	for _, m := range marks {
		if m.main {
			head = m
		}
	}
	at := head.place
	if at.File == nil {
		_, _ = fmt.Fprintf(b, "%s%s %s", strings.Repeat(" ", b.gutter+1), arrow, term.Sanitize(at.Where()))
		if at.Object.Project != "" && first {
			_, _ = fmt.Fprintf(b, " in Project %s", term.Sanitize(at.Object.Project))
		}
		if head.text != "" {
			_, _ = fmt.Fprintf(b, ": %s", term.Sanitize(head.text))
		}
		_, _ = b.WriteString("\n")
		return
	}
	_, _ = fmt.Fprintf(b, "%s%s %s:%d:%d\n", strings.Repeat(" ", b.gutter), arrow, term.Sanitize(at.File.Name), at.Span.Line, at.Span.Column)
	b.line("", "")
	last := 0
	for i, m := range marks {
		if line := m.place.Span.Line; line != last {
			b.between(m.place, last)
			b.line(strconv.Itoa(line), excerpt(m.place.File.Line(line), from(m.place)))
			last = line
		}
		shared := i > 0 && marks[i-1].place.Span == m.place.Span
		b.underline(m, shared)
	}
	b.line("", "")
}

// between writes the one line that lies between two excerpts, or dots for more.
func (b *block) between(at lint.Place, last int) {
	switch {
	case last == 0 || at.Span.Line == last+1:
	case at.Span.Line == last+2:
		b.line(strconv.Itoa(last+1), excerpt(at.File.Line(last+1), 0))
	default:
		_, _ = fmt.Fprintf(b, "%s\n", strings.Repeat(".", 3))
	}
}

func (b *block) line(number, text string) {
	_, _ = fmt.Fprintln(b, strings.TrimRight(fmt.Sprintf("%*s | %s", b.gutter, number, text), " "))
}

// underline points at a part of the line above and says what is to be said of it.
func (b *block) underline(m mark, shared bool) {
	sign := "-"
	if m.main {
		sign = "^"
	}
	text := []rune(m.place.File.Line(m.place.Span.Line))
	start, end := min(m.place.Span.Column-1, len(text)), min(m.place.Span.EndColumn-1, len(text))
	if m.place.Span.EndLine > m.place.Span.Line {
		end = len(text)
	}
	skip := from(m.place)
	indent := width(excerpt(string(text[:start]), skip))
	size := max(1, min(width(term.Sanitize(string(text[start:max(end, start)]))), maxWidth-indent))
	signs := strings.Repeat(sign, size)
	if shared {
		signs = strings.Repeat(" ", size)
	}
	if m.main {
		signs = b.palette.Bad(signs)
	}
	b.line("", strings.Repeat(" ", indent)+signs+" "+term.Sanitize(m.text))
}

func width(text string) int { return term.Width(text) }

// maxWidth is how much of a line is shown.
const maxWidth = 120

// from returns how many characters of a line are left out in front of a place, so that it
// can be seen.
func from(at lint.Place) int {
	if at.Span.EndColumn <= maxWidth || at.Span.Column <= maxWidth/2 {
		return 0
	}
	return at.Span.Column - 1 - maxWidth/3
}

// excerpt returns what is shown of a line.
func excerpt(text string, skip int) string {
	text = term.Sanitize(strings.ReplaceAll(text, "\t", " "))
	runes := []rune(text)
	mark := ""
	if skip > 0 {
		runes, mark = runes[min(skip, len(runes)):], "…"
	}
	if len(runes) > maxWidth {
		return mark + string(runes[:maxWidth]) + "…"
	}
	return mark + string(runes)
}

// remarks writes what is to be said beside the excerpts.
func (b *block) remarks(f *lint.Finding) {
	remark := func(format string, args ...any) {
		_, _ = fmt.Fprintf(b, "%s = %s\n", strings.Repeat(" ", b.gutter), term.Sanitize(fmt.Sprintf(format, args...)))
	}
	if f.Effect != nil {
		remark("effect: %s", f.Effect.Text)
	}
	switch {
	case f.Fix != nil && f.Fix.Kind == lint.Safe:
		remark("fix: %s (--fix)", f.Fix.Text)
	case f.Fix != nil:
		remark("fix: %s (--fix=unsafe)", f.Fix.Text)
	case f.Advice != "":
		remark("fix: %s", f.Advice)
	}
	more := "lint --explain " + f.Rule.Code
	if len(f.Rule.Issues) > 0 {
		more = strings.Join(f.Rule.Issues, ", ") + "; " + more
	}
	remark("%s", more)
}
