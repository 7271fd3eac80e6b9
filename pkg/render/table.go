package render

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// gap is what separates two columns, as in kubectl.
const gap = "   "

// writeTable writes rows in columns as kubectl does: aligned to the left, without
// lines, without trailing spaces. A nil header writes none. Cells may hold newlines and
// colour, but not both.
func writeTable(w io.Writer, header []string, rows [][]string) error {
	if header != nil {
		rows = slices.Insert(slices.Clone(rows), 0, header)
	}
	widths := columnWidths(rows)
	out := bufio.NewWriter(w) // what cannot be written is told by Flush
	for _, row := range rows {
		for _, line := range linesOf(row) {
			writeLine(out, line, widths)
		}
	}
	return out.Flush()
}

// columnWidths returns how many terminal columns each column takes, but for the last one,
// which nothing follows.
func columnWidths(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row[:max(len(row)-1, 0)] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			for line := range strings.SplitSeq(cell, "\n") {
				widths[i] = max(widths[i], width(line))
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
			line.WriteString(strings.Repeat(" ", widths[i]-width(cell)) + gap)
		}
	}
	_, _ = out.WriteString(strings.TrimRight(line.String(), " "))
	_ = out.WriteByte('\n')
}

// width returns how many terminal columns text takes, colour aside.
func width(text string) int { return measuring().String(text) }

// measuring is the same in every locale, though some characters count two in East Asian ones.
func measuring() displaywidth.Options { return displaywidth.Options{ControlSequences: true} }

// wrap breaks text between words into lines of so many columns, all but the first
// indented; a word that is longer than a line is broken, too, unless it is coloured.
func wrap(text string, columns int) []string {
	if width(text) <= columns {
		return []string{text}
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		for i, part := range split(word, max(columns-len(hanging), 1)) {
			switch {
			case line == "":
				line = part
			case i == 0 && width(line)+1+width(part) <= columns: // what was split stays apart
				line += " " + part
			default:
				lines, line = append(lines, line), hanging+part
			}
		}
	}
	return append(lines, line)
}

// split breaks a word into parts of so many columns.
func split(word string, columns int) []string {
	var parts []string
	for width(word) > columns && !strings.Contains(word, escape) {
		head := measuring().TruncateString(word, columns, "")
		if head == "" { // not even one character fits
			break
		}
		parts, word = append(parts, head), word[len(head):]
	}
	return append(parts, word)
}

// escape begins what colours text.
const escape = "\x1b"

// hanging indents the lines that continue one.
const hanging = "  "
