package term

import (
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// Width returns how many terminal columns text takes, not counting color. It does not
// depend on the locale: characters of ambiguous width count as one column everywhere.
func Width(text string) int { return measure().String(text) }

func measure() displaywidth.Options { return displaywidth.Options{ControlSequences: true} }

// hanging indents the lines that continue one.
const hanging = "  "

// Wrap breaks text between words into lines of at most so many columns, all but the
// first indented. A word longer than a line is broken, too, unless it is colored.
func Wrap(text string, columns int) []string {
	if Width(text) <= columns {
		return []string{text}
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		for i, part := range split(word, max(columns-len(hanging), 1)) {
			switch {
			case line == "":
				line = part
			case i == 0 && Width(line)+1+Width(part) <= columns: // the parts of a word are not joined again
				line += " " + part
			default:
				lines, line = append(lines, line), hanging+part
			}
		}
	}
	return append(lines, line)
}

// split breaks a word into parts of at most so many columns.
func split(word string, columns int) []string {
	const escape = "\x1b" // begins a color sequence
	var parts []string
	for Width(word) > columns && !strings.Contains(word, escape) {
		head := measure().TruncateString(word, columns, "")
		if head == "" { // not even one character fits
			break
		}
		parts, word = append(parts, head), word[len(head):]
	}
	return append(parts, word)
}
