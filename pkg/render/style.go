package render

import (
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Style is how a table looks. The zero value is for a pipe: words instead of
// glyphs, every row complete, nothing cut.
type Style struct {
	// Terminal lays the table out for a person: what repeats is left out, what does
	// not fit is folded.
	Terminal bool
	// Width is the terminal's in columns; 0 is unlimited.
	Width int
	// Glyphs draws ✔, ✖ and ● instead of yes, no and *.
	Glyphs bool
	// Palette colours by meaning.
	Palette Palette
	// NoHeaders leaves out the line of headers.
	NoHeaders bool
	// Wide adds the columns of -o wide.
	Wide bool
	// Projects adds the column PROJECT.
	Projects bool
	// Changed reports whether the cell below a header is to be marked as changed; nil
	// marks none. Marks are for a terminal.
	Changed func(subject report.Subject, header string) bool
}

// answer writes an answer: its glyph or word, in its colour.
func (s Style) answer(answer avail.Truth) string {
	yes, no := "yes", "no"
	if s.Glyphs {
		yes, no = "✔", "✖"
	}
	switch answer {
	case avail.Yes:
		return paint(s.Palette.good, yes)
	case avail.No:
		return paint(s.Palette.bad, no)
	default:
		return paint(s.Palette.unsure, "?")
	}
}

// current marks Freight that a Stage runs now.
func (s Style) current() string {
	if s.Glyphs {
		return "●"
	}
	return "*"
}

// ChangeMark stands behind what has changed.
func (s Style) ChangeMark() string {
	mark := "<"
	if s.Glyphs {
		mark = "◂"
	}
	return paint(s.Palette.changed, mark)
}

// mark adds to the text of a cell that it has changed. Where that happens often it
// leaves room for it, so that columns do not move when marks come and go.
func (s Style) mark(text string, subject report.Subject, header string) string {
	const often = headerFreight + headerAny + headerAll + headerNow
	switch {
	case s.Changed == nil:
		return text
	case s.Changed(subject, header):
		return strings.TrimLeft(text+" "+s.ChangeMark(), " ")
	case strings.Contains(often, header):
		return text + "  "
	default:
		return text
	}
}
