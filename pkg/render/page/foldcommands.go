package page

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// FoldCommands returns a text in which each command that is wider than so many columns
// goes on below, behind a backslash: a shell joins that, so that it can be copied.
func FoldCommands(text string, columns int) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		said := strings.TrimSpace(ansi.Strip(line))
		if strings.HasPrefix(said, "kargo ") || strings.HasPrefix(said, "kubectl ") {
			line = fold(line, columns)
		}
		out.WriteString(line)
	}
	return out.String()
}

// fold folds a command between its words.
func fold(line string, columns int) string {
	const further, more = "    ", " \\"
	var out strings.Builder
	width := 0
	words := shellWords(line)
	for i, word := range words {
		wide := ansi.StringWidth(strings.TrimRight(word, " \n"))
		room := columns
		if i < len(words)-1 {
			room -= len(more)
		}
		if width > 0 && strings.TrimSpace(ansi.Strip(out.String())) != "" && width+wide > room {
			head := strings.TrimRight(out.String(), " ")
			out.Reset()
			out.WriteString(head + more + "\n" + further)
			width = len(further)
		}
		out.WriteString(word)
		width += ansi.StringWidth(strings.TrimSuffix(word, "\n"))
	}
	return out.String()
}

// shellWords cuts a command behind its spaces, those in quotes aside.
func shellWords(line string) []string {
	var words []string
	var quote rune
	start := 0
	for i, r := range line {
		switch {
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case r == quote:
			quote = 0
		case quote == 0 && r == ' ' && !strings.HasPrefix(line[i+1:], " "):
			words, start = append(words, line[start:i+1]), i+1
		}
	}
	return append(words, line[start:])
}
