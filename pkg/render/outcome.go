package render

// outcome is the meaning of a cell that answers a question.
type outcome uint8

const (
	unknown outcome = iota
	no
	yes
)

func outcomeOf(b bool) outcome {
	if b {
		return yes
	}
	return no
}

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

// answer writes an outcome: its glyph or word, in its colour.
func (s Style) answer(o outcome) string {
	words := [...]string{unknown: "?", no: "no", yes: "yes"}
	if s.Glyphs {
		words = [...]string{unknown: "?", no: "✖", yes: "✔"}
	}
	switch o {
	case yes:
		return s.Palette.good.Sprint(words[o])
	case no:
		return s.Palette.bad.Sprint(words[o])
	default:
		return s.Palette.unsure.Sprint(words[o])
	}
}

// current marks Freight that a Stage runs now.
func (s Style) current() string {
	if s.Glyphs {
		return "●"
	}
	return "*"
}
