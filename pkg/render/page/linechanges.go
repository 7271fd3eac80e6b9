package page

import (
	"regexp"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// LineChanges marks, in a text that is watched and is no table, the lines that were not
// there before. Times that only pass are no change. The zero value has seen nothing.
type LineChanges struct {
	columns int
	// lines are those of the text before; the value is whether they say anything.
	lines map[string]bool
	at    map[string]time.Time
}

// Mark returns the text with the mark behind each line that came lately, and reports
// whether it says something else than the one before. The text is for so many columns:
// for another number it is another text, of which nothing is said.
func (m *LineChanges) Mark(text string, columns int, mark string, now time.Time) (marked string, changed bool) {
	var out strings.Builder
	lines, at := map[string]bool{}, map[string]time.Time{}
	known := m.lines != nil && m.columns == columns
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		said := withoutPassing(line)
		lines[said] = said != ""
		since, before := m.at[said], m.lines[said]
		switch {
		case !known, said == "":
		case !before:
			at[said], changed = now, true
		case now.Sub(since) < term.MarkFor:
			at[said] = since
		}
		out.WriteString(line)
		if _, marks := at[said]; marks && !strings.HasSuffix(ansi.Strip(line), `\`) { // where a command goes on
			out.WriteString(" " + mark)
		}
		out.WriteByte('\n')
	}
	for said, counts := range m.lines {
		changed = changed || known && counts && !lines[said]
	}
	m.columns, m.lines, m.at = columns, lines, at
	return out.String(), changed
}

// withoutPassing is a line without what changes as time passes: lengths of time.
func withoutPassing(line string) string {
	return strings.TrimSpace(regexp.MustCompile(`\b(\d+[ydhms])+\b`).ReplaceAllString(line, ""))
}
