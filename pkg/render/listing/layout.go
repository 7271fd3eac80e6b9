package listing

import (
	"io"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/table"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

const (
	// minReason is the width that the column of reasons needs: on a terminal that
	// leaves it less, Stages move from their columns to lines of their own.
	minReason = 32
	// leastReason is the width that it needs at the least: with less, the reasons
	// move below their rows.
	leastReason = 26
	// easyReason is the width from which on the versions of Freight have room, too.
	easyReason = 60
)

// layout is where on a terminal of this width a row's parts go.
type layout struct {
	grouped        bool // Stages stand on lines of their own
	stacked        bool // and so do reasons
	versions       bool // versions stand beside the Freight
	artifactsBelow bool // artifacts, of the wide table, are the first of the reasons
	reasons        int  // the width that reasons have
}

// layout chooses the widest layout that fits.
func (t *rows) layout() layout {
	if !t.style.Wraps() {
		return layout{}
	}
	beside, below := minReason, leastReason
	if t.style.Wide { // whose reasons are long
		beside, below = easyReason, easyReason
	}
	for _, try := range []struct {
		layout
		atLeast int
		skip    bool
	}{
		{layout{versions: true}, easyReason, t.style.Wide},
		{layout{}, beside, false},
		{layout{artifactsBelow: true}, beside, !t.style.Wide},
		{layout{grouped: true, artifactsBelow: true}, below, false},
	} {
		if left := t.left(t.columns(try.layout)); left >= try.atLeast && !try.skip {
			try.reasons = left
			return try.layout
		}
	}
	return layout{grouped: true, stacked: true, artifactsBelow: true, reasons: max(t.style.Width-len(margin), 1)}
}

// margin stands before what moves below its row.
const margin = "    "

// write lays the rows out.
func (t *rows) write(w io.Writer) error {
	l := t.layout()
	header, cells := t.cells(t.columns(l))
	if !l.stacked {
		header = append(header, headerReasons)
		for i := range cells {
			cells[i] = append(cells[i], strings.Join(t.reasons(&t.rows[i], l), "\n"))
		}
	}
	if t.style.NoHeaders {
		header = nil
	}
	if !l.grouped {
		return table.Write(w, header, cells)
	}
	var text strings.Builder
	if err := table.Write(&text, header, cells); err != nil {
		return err
	}
	return t.writeGroups(w, text.String(), l)
}

// cells returns the headers of the columns and, for each row, its cells.
func (t *rows) cells(columns []column) (header []string, cells [][]string) {
	for _, c := range columns {
		header = append(header, c.header)
	}
	for i := range t.rows {
		var before *row
		if i > 0 {
			before = &t.rows[i-1]
		}
		line := make([]string, 0, len(columns)+1)
		for _, c := range columns {
			line = append(line, c.cell(&t.rows[i], before))
		}
		cells = append(cells, line)
	}
	return header, cells
}

// left returns how much of the terminal the columns leave for the reasons.
func (t *rows) left(columns []column) int {
	header, cells := t.cells(columns)
	return table.Room(t.style.Width, header, cells)
}

// reasons returns a row's reasons as one line or, where that is too long for a
// terminal, one below the other: nothing of them is lost.
func (t *rows) reasons(r *row, l layout) []string {
	reasons := t.said(r, l)
	text := t.style.mark(strings.Join(reasons, "; "), r.subject, headerReasons)
	if !t.style.Wraps() || term.Width(text) <= l.reasons {
		return []string{text}
	}
	var lines []string
	for i, reason := range reasons {
		if i == len(reasons)-1 {
			reason = t.style.mark(reason, r.subject, headerReasons)
		}
		lines = append(lines, term.Wrap(reason, l.reasons)...)
	}
	return lines
}

// said is what stands beside or below a row: its reasons and, in a wide table that has no
// column for them, its artifacts.
func (t *rows) said(r *row, l layout) []string {
	if !t.style.Wide || !l.artifactsBelow || r.artifacts == "" {
		return r.reasons
	}
	return slices.Insert(slices.Clone(r.reasons), 0, "contains "+strings.ReplaceAll(r.artifacts, ",", ", "))
}

// writeGroups writes the lines of a table, each Stage's below a line that names it.
func (t *rows) writeGroups(w io.Writer, text string, l layout) error {
	var out strings.Builder
	lines := slices.Collect(strings.Lines(text))
	if !t.style.NoHeaders {
		out.WriteString(lines[0])
		lines = lines[1:]
	}
	for i := range t.rows {
		if heading := t.heading(i); heading != "" {
			out.WriteString(heading + "\n")
		}
		reasons := t.reasons(&t.rows[i], l)
		height := len(reasons) // in the table, the row is as high as its reasons
		if l.stacked {
			height = 1
		}
		out.WriteString(strings.Join(lines[:height], ""))
		lines = lines[height:]
		for _, reason := range reasons {
			if l.stacked && len(t.said(&t.rows[i], l)) > 0 {
				out.WriteString(margin + reason + "\n")
			}
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// heading names the Stage of a row and its strategy, where they change.
func (t *rows) heading(i int) string {
	r := &t.rows[i]
	if i > 0 && sameStage(r, &t.rows[i-1]) && r.strategy == t.rows[i-1].strategy {
		return ""
	}
	parts := []string{t.stageCell(r), t.strategyCell(r)}
	if t.style.Projects {
		parts = append([]string{r.project}, parts...)
	}
	return strings.Join(parts, "   ")
}
