package render

import "github.com/fatih/color"

// Palette colours text by its meaning. Each of its colours is switched on or off by
// itself, never through the library's global switch. The zero value colours nothing.
type Palette struct {
	good, bad, unsure, strong, faint, changed *color.Color
}

// NewPalette returns a palette that colours, or one that returns text as it is.
func NewPalette(enabled bool) Palette {
	if !enabled {
		return Palette{}
	}
	p := Palette{
		good:    color.New(color.FgGreen),
		bad:     color.New(color.FgRed),
		unsure:  color.New(color.FgYellow),
		strong:  color.New(color.Bold),
		faint:   color.New(color.Faint),
		changed: color.New(color.ReverseVideo),
	}
	for _, c := range []*color.Color{p.good, p.bad, p.unsure, p.strong, p.faint, p.changed} {
		c.EnableColor()
	}
	return p
}

// Warning colours a word that precedes a warning.
func (p Palette) Warning(text string) string { return paint(p.unsure, text) }

// Alarm colours what must not be overlooked.
func (p Palette) Alarm(text string) string { return paint(p.bad, text) }

// paint colours text, with nil not at all.
func paint(c *color.Color, text string) string {
	if c == nil {
		return text
	}
	return c.Sprint(text)
}
