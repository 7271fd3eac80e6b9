// Package table aligns cells in columns.
package table

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// Gap separates two columns, as in kubectl.
const Gap = "   "

// Write writes rows in columns as kubectl does: aligned to the left, without lines,
// without trailing spaces. A nil header writes none. Cells may hold newlines and color,
// but not both.
//
// tablewriter lays the table out. It measures text by a setting of the whole process,
// which follows the locale. So it is given, in place of each cell, a stand-in of ASCII
// characters that takes as many columns as the cell does by our own measure; filler
// writes the cells in their places.
func Write(w io.Writer, header []string, rows [][]string) error {
	return write(w, header, rows, tw.Padding{Right: Gap, Overwrite: true}, renderer.NewBlueprint(tw.Rendition{
		Borders:  tw.BorderNone,
		Settings: tw.Settings{Lines: tw.LinesNone, Separators: tw.SeparatorsNone},
	}))
}

// WriteMarkdown writes rows as a table of Markdown. Cells are Markdown, of one line.
func WriteMarkdown(w io.Writer, header []string, rows [][]string) error {
	return write(w, header, rows, tw.Padding{Left: " ", Right: " ", Overwrite: true}, renderer.NewMarkdown())
}

// write lays a table out.
func write(w io.Writer, header []string, rows [][]string, padding tw.Padding, draw tw.Renderer) error {
	out := bufio.NewWriter(w) // Flush returns the first error of any write
	fill := &filler{out: out}
	t := tablewriter.NewTable(fill, tablewriter.WithConfig(config(padding)), tablewriter.WithRenderer(draw))
	if header != nil {
		t.Header(fill.standIns(header))
	}
	for _, row := range rows {
		if err := t.Append(fill.standIns(row)); err != nil {
			return err
		}
	}
	if err := t.Render(); err != nil {
		return err
	}
	return out.Flush()
}

// config leaves cells as they are: not wrapped, not trimmed, not in upper case.
func config(padding tw.Padding) tablewriter.Config {
	cells := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft},
		Padding:    tw.CellPadding{Global: padding},
	}
	return tablewriter.Config{
		Header: cells, Row: cells,
		Behavior: tw.Behavior{TrimSpace: tw.Off, TrimTab: tw.Off, TrimLine: tw.Off, AutoHide: tw.Off},
	}
}

// standIn is a character of a stand-in. No table draws lines with it.
const standIn = 'x'

// filler writes a table of stand-ins with the cells they stand for. Something else always
// separates two stand-ins.
type filler struct {
	out *bufio.Writer
	// texts are the cells to come, line by line; empty ones have no stand-in.
	texts []string
	// blanks are those not written yet: none are written at the end of a line.
	blanks int
	inside bool // a stand-in, whose cell is written
}

// standIns returns the stand-ins of the cells of a row, and notes the cells.
func (f *filler) standIns(row []string) []string {
	var lines [][]string
	list := make([]string, len(row))
	for i, cell := range row {
		parts := strings.Split(cell, "\n")
		for n, part := range parts {
			if n == len(lines) {
				lines = append(lines, nil)
			}
			width := term.Width(part)
			if width > 0 {
				lines[n] = append(lines[n], part)
			}
			parts[n] = strings.Repeat(string(standIn), width)
		}
		list[i] = strings.Join(parts, "\n")
	}
	f.texts = append(f.texts, slices.Concat(lines...)...)
	return list
}

// Write is part of io.Writer.
func (f *filler) Write(table []byte) (int, error) {
	for _, b := range table {
		switch {
		case b == '\n':
			f.blanks = 0
			_ = f.out.WriteByte(b)
		case b == ' ':
			f.blanks++
		case b != standIn:
			f.writeBlanks()
			_ = f.out.WriteByte(b)
		case !f.inside:
			f.writeBlanks()
			text := strings.TrimRight(f.texts[0], " ")
			f.blanks = len(f.texts[0]) - len(text)
			_, _ = f.out.WriteString(text)
			f.texts = f.texts[1:]
		}
		f.inside = b == standIn
	}
	return len(table), nil
}

func (f *filler) writeBlanks() {
	for ; f.blanks > 0; f.blanks-- {
		_ = f.out.WriteByte(' ')
	}
}

// Room returns how many of a terminal's columns a table of this header and these rows
// leaves for one further column; less than zero where it does not fit.
func Room(columns int, header []string, rows [][]string) int {
	widest := map[int]int{}
	for _, row := range slices.Insert(slices.Clone(rows), 0, header) {
		for i, cell := range row {
			widest[i] = max(widest[i], term.Width(cell))
		}
	}
	for _, width := range widest {
		columns -= width + len(Gap)
	}
	return columns
}
