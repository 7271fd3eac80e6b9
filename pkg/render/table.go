package render

import (
	"bytes"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwarp"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// This file alone knows the table library.

// gap is what separates two columns, as in kubectl.
const gap = "   "

// writeTable writes rows in columns as kubectl does: aligned to the left, without
// lines, without trailing spaces. A nil header writes none. Cells may hold
// newlines and colour.
func writeTable(w io.Writer, header []string, rows [][]string) error {
	if len(rows) == 0 && header == nil {
		return nil
	}
	measureEverywhereAlike()
	var text bytes.Buffer
	table := tablewriter.NewTable(&text,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithConfig(tablewriter.Config{
			Header:   plainCells(),
			Row:      plainCells(),
			Behavior: tw.Behavior{TrimSpace: tw.Off, TrimLine: tw.Off, TrimTab: tw.Off},
		}),
	)
	if header != nil {
		table.Header(header)
	}
	if err := table.Bulk(rows); err != nil {
		return err
	}
	if err := table.Render(); err != nil {
		return err
	}
	return trimLines(w, text.String())
}

func plainCells() tw.CellConfig {
	return tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft},
		Padding:    tw.CellPadding{Global: tw.Padding{Left: "", Right: gap, Overwrite: true}},
	}
}

// trimLines writes text without the spaces that end its lines.
func trimLines(w io.Writer, text string) error {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(strings.TrimRight(line, " \n"))
		out.WriteByte('\n')
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// measureEverywhereAlike makes the library measure text by what it is and not by
// where it runs: some characters count two columns in East Asian locales. The
// switch is the library's own, for the whole process.
func measureEverywhereAlike() { twwidth.SetEastAsian(false) }

// width returns how many terminal columns text takes, colour aside.
func width(text string) int { return twwidth.Width(text) }

// wrap breaks text between words into lines of so many columns, all but the first
// indented; a word that is longer than a line is broken, too, unless it is coloured.
func wrap(text string, columns int) []string {
	if width(text) <= columns {
		return []string{text}
	}
	fit := max(columns-len(hanging), 1)
	folded, _ := twwarp.WrapString(text, fit)
	var lines []string
	for _, line := range folded {
		for _, part := range split(line, fit) {
			if len(lines) > 0 {
				part = hanging + part
			}
			lines = append(lines, part)
		}
	}
	return lines
}

// split breaks a line into parts of so many columns. What colours it stays in one
// piece: the library ends the colour of whatever it cuts.
func split(line string, columns int) []string {
	var parts []string
	for width(line) > columns && !strings.Contains(line, escape) {
		head := twwidth.Truncate(line, columns)
		if head == "" { // not even one character fits
			break
		}
		parts, line = append(parts, head), line[len(head):]
	}
	return append(parts, line)
}

// escape begins what colours text.
const escape = "\x1b"

// hanging indents the lines that continue one.
const hanging = "  "
