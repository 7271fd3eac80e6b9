// Package table aligns cells in columns.
package table

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// Gap separates two columns, as in kubectl.
const Gap = "   "

// Write writes rows in columns as kubectl does: aligned to the left, without
// lines, without trailing spaces. A nil header writes none. Cells may hold newlines and
// colour, but not both.
func Write(w io.Writer, header []string, rows [][]string) error {
	if header != nil {
		rows = slices.Insert(slices.Clone(rows), 0, header)
	}
	widths := columnWidths(rows)
	out := bufio.NewWriter(w) // Flush returns the first error of any write
	for _, row := range rows {
		for _, line := range linesOf(row) {
			writeLine(out, line, widths)
		}
	}
	return out.Flush()
}

// Room returns how many of a terminal's columns a table of this header and these rows
// leaves for one further column; less than zero where it does not fit.
func Room(columns int, header []string, rows [][]string) int {
	for _, width := range columnWidths(slices.Insert(slices.Clone(rows), 0, header)) {
		columns -= width + len(Gap)
	}
	return columns
}

// columnWidths returns how many terminal columns each column takes.
func columnWidths(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			for line := range strings.SplitSeq(cell, "\n") {
				widths[i] = max(widths[i], term.Width(line))
			}
		}
	}
	return widths
}

// linesOf returns the lines that a row takes: as many as its highest cell.
func linesOf(row []string) [][]string {
	lines := [][]string{row}
	for i, cell := range row {
		if !strings.Contains(cell, "\n") {
			continue
		}
		if len(lines) == 1 {
			lines[0] = slices.Clone(row)
		}
		for n, line := range strings.Split(cell, "\n") {
			if n == len(lines) {
				lines = append(lines, make([]string, len(row)))
			}
			lines[n][i] = line
		}
	}
	return lines
}

// writeLine writes cells, all but the last one padded.
func writeLine(out *bufio.Writer, cells []string, widths []int) {
	var line strings.Builder
	for i, cell := range cells {
		line.WriteString(cell)
		if i < len(cells)-1 {
			line.WriteString(strings.Repeat(" ", widths[i]-term.Width(cell)) + Gap)
		}
	}
	_, _ = out.WriteString(strings.TrimRight(line.String(), " "))
	_ = out.WriteByte('\n')
}
