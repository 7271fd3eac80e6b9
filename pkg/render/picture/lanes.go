package picture

import (
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
)

// lanes draws a row of lanes, two columns wide each.
func (r *railsText) lanes(row graph.Row, glyph string) string {
	var b strings.Builder
	for i, c := range row.Cells {
		if c.Node {
			b.WriteString(glyph)
		} else {
			b.WriteString(r.corner(c))
		}
		switch {
		case i == len(row.Cells)-1:
		case c.Right || c.Passes:
			b.WriteString(r.horizontal())
		default:
			b.WriteByte(' ')
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// below draws how the lanes go on below a row.
func (r *railsText) below(row graph.Row) string {
	var b strings.Builder
	for _, c := range row.Cells {
		if c.Down {
			b.WriteString(r.vertical(c.Back) + " ")
		} else {
			b.WriteString("  ")
		}
	}
	return strings.TrimRight(b.String(), " ")
}

func (r *railsText) horizontal() string {
	if r.style.Glyphs {
		return "─"
	}
	return "-"
}

func (r *railsText) vertical(back bool) string {
	switch {
	case r.style.Glyphs && back:
		return "┊"
	case r.style.Glyphs:
		return "│"
	case back:
		return ":"
	default:
		return "|"
	}
}

// corner draws a cell without a node.
func (r *railsText) corner(c graph.Cell) string {
	switch {
	case c.Passes, (c.Up || c.Down) && !c.Left && !c.Right:
		return r.vertical(c.Back)
	case c.Left && c.Right && !c.Up && !c.Down:
		return r.horizontal()
	case !c.Up && !c.Down && !c.Left && !c.Right:
		return " "
	}
	return boxDrawing(c, r.style.Glyphs)
}

// boxDrawing returns the character that connects a cell as it says.
func boxDrawing(c graph.Cell, glyphs bool) string {
	bits := 0
	for i, set := range []bool{c.Up, c.Down, c.Left, c.Right} {
		if set {
			bits |= 1 << i
		}
	}
	if !glyphs {
		return " |||-'.+-`,+-'.+"[bits : bits+1]
	}
	return string([]rune(" │││─╯╮┤─╰╭├─┴┬┼")[bits])
}
