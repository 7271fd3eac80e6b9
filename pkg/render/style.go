package render

import "github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"

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
