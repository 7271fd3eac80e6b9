package table

import (
	"strings"
	"unicode"
)

// EscapeMarkdown escapes what Markdown, and GitHub in it, would take for markup: also
// tags, entities, mentions and the bar between cells.
func EscapeMarkdown(text string) string {
	var out strings.Builder
	before := ' '
	for _, r := range text {
		switch {
		case r == '@' && !unicode.IsLetter(before) && !unicode.IsDigit(before):
			out.WriteString("@<!-- -->") // a mention begins at the start of a word
		case r == '&':
			out.WriteString("&amp;")
		case strings.ContainsRune("\\`*_[]<>|~$", r):
			out.WriteRune('\\')
			out.WriteRune(r)
		default:
			out.WriteRune(r)
		}
		before = r
	}
	return out.String()
}
