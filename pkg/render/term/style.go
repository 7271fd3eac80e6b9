package term

import (
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
)

// MarkFor is how long what is watched stays marked after it changed.
const MarkFor = 10 * time.Second

// Style is how text for a person looks. The zero value is for a pipe: words instead of
// glyphs, every row complete, nothing wrapped.
type Style struct {
	// Terminal lays text out for a person: what repeats is left out, what does not fit
	// is wrapped.
	Terminal bool
	// Width is the terminal's in columns; 0 is unlimited.
	Width int
	// Glyphs draws ✔, ✖ and ● instead of yes, no and *.
	Glyphs bool
	// Palette colors by meaning.
	Palette Palette
	// AbsoluteTime writes instants in UTC instead of ages.
	AbsoluteTime bool
	// NoHeaders leaves out the headers of tables.
	NoHeaders bool
}

// Wraps reports whether there is a width that text has to fit into.
func (s Style) Wraps() bool { return s.Terminal && s.Width > 0 }

// Answer writes an answer: its glyph or word, in its color.
func (s Style) Answer(answer avail.Truth) string {
	yes, no := "yes", "no"
	if s.Glyphs {
		yes, no = "✔", "✖"
	}
	switch answer {
	case avail.Yes:
		return s.Palette.Good(yes)
	case avail.No:
		return s.Palette.Bad(no)
	default:
		return s.Palette.Warning("?")
	}
}

// AgeHeader is the header of a column of ages.
func (s Style) AgeHeader() string {
	if s.AbsoluteTime {
		return "DISCOVERED"
	}
	return "AGE"
}

// Current marks Freight that a Stage runs now.
func (s Style) Current() string {
	if s.Glyphs {
		return "●"
	}
	return "*"
}

// Next marks Freight that auto-promotion promotes next.
func (s Style) Next() string {
	if s.Glyphs {
		return "▸"
	}
	return ">"
}

// ChangeMark stands behind what has changed.
func (s Style) ChangeMark() string {
	mark := "<"
	if s.Glyphs {
		mark = "◂"
	}
	return paint(s.Palette.changed, mark)
}
