package term

import "github.com/fatih/color"

// Palette colors text by its meaning. Each of its colors is switched on or off by
// itself, never through the library's global switch. The zero value colors nothing.
type Palette struct {
	good, bad, warning, strong, faint, changed *color.Color
}

// NewPalette returns a palette that colors, or one that returns text as it is.
func NewPalette(enabled bool) Palette {
	if !enabled {
		return Palette{}
	}
	p := Palette{
		good:    color.New(color.FgGreen),
		bad:     color.New(color.FgRed),
		warning: color.New(color.FgYellow),
		strong:  color.New(color.Bold),
		faint:   color.New(color.Faint),
		changed: color.New(color.ReverseVideo),
	}
	for _, c := range []*color.Color{p.good, p.bad, p.warning, p.strong, p.faint, p.changed} {
		c.EnableColor()
	}
	return p
}

// Good colors what holds.
func (p Palette) Good(text string) string { return paint(p.good, text) }

// Bad colors what does not hold, has failed, or must not be overlooked.
func (p Palette) Bad(text string) string { return paint(p.bad, text) }

// Warning colors what is unknown, and the label of a warning.
func (p Palette) Warning(text string) string { return paint(p.warning, text) }

// Strong emphasizes headings and names.
func (p Palette) Strong(text string) string { return paint(p.strong, text) }

// Faint plays down what is secondary.
func (p Palette) Faint(text string) string { return paint(p.faint, text) }

// paint colors text; a nil color leaves it as it is.
func paint(c *color.Color, text string) string {
	if c == nil {
		return text
	}
	return c.Sprint(text)
}
