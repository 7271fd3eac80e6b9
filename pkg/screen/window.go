package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// window is the part of a text that is visible: its first line and column.
type window struct{ top, left int }

// scroll moves the window over a text as a key says.
func (w *window) scroll(key, text string, columns, rows int) {
	page, sideways := max(rows-1, 1), max(columns/2, 1)
	moves := map[string]window{
		"up": {top: -1}, "k": {top: -1},
		"down": {top: 1}, "j": {top: 1},
		"pgup": {top: -page}, "b": {top: -page},
		"pgdown": {top: page}, "space": {top: page}, "f": {top: page},
		"left": {left: -sideways}, "h": {left: -sideways},
		"right": {left: sideways}, "l": {left: sideways},
		"home": {top: -len(text), left: -len(text)}, "g": {top: -len(text), left: -len(text)},
		"end": {top: len(text)}, "G": {top: len(text)},
	}
	w.top += moves[key].top
	w.left += moves[key].left
	w.keepWithin(text, columns, rows)
}

// keepWithin moves the window back over the text.
func (w *window) keepWithin(text string, columns, rows int) {
	lines, widest := size(text)
	w.top = max(min(w.top, lines-rows), 0)
	w.left = max(min(w.left, widest-columns), 0)
}

// size returns how many lines a text has and how many columns.
func size(text string) (lines, columns int) {
	for line := range strings.Lines(text) {
		lines++
		columns = max(columns, ansi.StringWidth(strings.TrimSuffix(line, "\n")))
	}
	return lines, columns
}

// cut returns the lines of the window, filled up with empty ones.
func (w *window) cut(text string, columns, rows int) []string {
	w.keepWithin(text, columns, rows)
	lines := strings.Split(text, "\n")
	visible := make([]string, rows)
	for i := range visible {
		if w.top+i < len(lines) {
			visible[i] = ansi.Cut(lines[w.top+i], w.left, w.left+columns)
		}
	}
	return visible
}

// where says which part of the text is visible; "" for all of it. It moves nothing.
func (w window) where(text string, columns, rows int) string {
	w.keepWithin(text, columns, rows)
	lines, widest := size(text)
	var parts []string
	if lines > rows {
		parts = append(parts, fmt.Sprintf("lines %d-%d of %d", w.top+1, min(w.top+rows, lines), lines))
	}
	if widest > columns {
		parts = append(parts, fmt.Sprintf("columns %d-%d of %d", w.left+1, min(w.left+columns, widest), widest))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + " (arrow keys scroll)"
}

// flow joins parts into lines of so many columns; a part is broken only where it is
// longer than a line.
func flow(parts []string, separator string, columns int) []string {
	var lines []string
	line := ""
	for _, part := range parts {
		joined := line + separator + part
		switch {
		case line == "":
			line = part
		case ansi.StringWidth(joined) <= columns:
			line = joined
		default:
			lines, line = append(lines, line), part
		}
	}
	return strings.Split(ansi.Wrap(strings.Join(append(lines, line), "\n"), columns, ""), "\n")
}
