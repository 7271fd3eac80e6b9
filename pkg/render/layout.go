package render

import (
	"io"
	"strings"
)

const (
	// minReason is the width that the column of reasons needs: on a terminal that
	// leaves it less, Stages move from their columns to lines of their own.
	minReason = 32
	// leastReason is the width that it gets at the least.
	leastReason = 20
)

// write lays the rows out.
func (t *table) write(w io.Writer) error {
	grouped := false
	columns := t.columns(grouped)
	if t.fold() && t.left(columns) < minReason {
		grouped = true
		columns = t.columns(grouped)
	}
	header, cells := t.cells(columns)
	header = append(header, "BLOCKED BY")
	left := max(t.left(columns), leastReason)
	for i := range cells {
		cells[i] = append(cells[i], t.reasons(&t.rows[i], left))
	}
	if t.style.NoHeaders {
		header = nil
	}
	if !grouped {
		return writeTable(w, header, cells)
	}
	var text strings.Builder
	if err := writeTable(&text, header, cells); err != nil {
		return err
	}
	return t.writeGroups(w, text.String(), cells)
}

// fold reports whether there is a width to fit the table into.
func (t *table) fold() bool { return t.style.Terminal && t.style.Width > 0 }

// cells returns the headers of the columns and, for each row, its cells.
func (t *table) cells(columns []column) (header []string, cells [][]string) {
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
func (t *table) left(columns []column) int {
	header, cells := t.cells(columns)
	left := t.style.Width
	for c := range header {
		widest := width(header[c])
		for _, line := range cells {
			widest = max(widest, width(line[c]))
		}
		left -= widest + len(gap)
	}
	return left
}

// reasons writes a row's reasons on one line or, where that is too long for a
// terminal, one below the other: nothing of them is lost.
func (t *table) reasons(r *row, columns int) string {
	text := strings.Join(r.reasons, "; ")
	if !t.fold() || width(text) <= columns {
		return text
	}
	var lines []string
	for _, reason := range r.reasons {
		lines = append(lines, wrap(reason, columns)...)
	}
	return strings.Join(lines, "\n")
}

// writeGroups writes the lines of a table, each Stage's below a line that names it.
func (t *table) writeGroups(w io.Writer, text string, cells [][]string) error {
	var out strings.Builder
	row, rest := 0, 1 // the row to come, and the lines of what comes before it
	if t.style.NoHeaders {
		rest = 0
	}
	for line := range strings.Lines(text) {
		if rest == 0 {
			if heading := t.heading(row); heading != "" {
				out.WriteString(heading + "\n")
			}
			rest = 1 + strings.Count(cells[row][len(cells[row])-1], "\n")
			row++
		}
		out.WriteString(line)
		rest--
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// heading names the Stage of a row and its strategy, where they change.
func (t *table) heading(i int) string {
	r := &t.rows[i]
	if i > 0 && sameStage(r, &t.rows[i-1]) && r.strategy == t.rows[i-1].strategy {
		return ""
	}
	parts := []string{t.stageCell(r), r.strategy}
	if t.style.Projects {
		parts = append([]string{r.project}, parts...)
	}
	return strings.Join(parts, "   ")
}
