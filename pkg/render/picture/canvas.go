package picture

import (
	"bufio"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
)

// canvas is a grid of characters: lines, and texts in front of them.
type canvas struct {
	glyphs bool
	cells  [][]graph.Cell
	// texts are those of each row, from left to right.
	texts [][]canvasText
}

// canvasText is text that takes so many columns.
type canvasText struct {
	column, width int
	text          string
}

func newCanvas(rows, columns int, glyphs bool) *canvas {
	c := &canvas{glyphs: glyphs, cells: make([][]graph.Cell, rows), texts: make([][]canvasText, rows)}
	for i := range c.cells {
		c.cells[i] = make([]graph.Cell, columns)
	}
	return c
}

// down draws a vertical line.
func (c *canvas) down(column, first, last int) {
	for row := first; row <= last; row++ {
		cell := &c.cells[row][column]
		cell.Up, cell.Down = cell.Up || row > first, cell.Down || row < last
	}
}

// across draws a horizontal line whose ends go on beyond it.
func (c *canvas) across(row, first, last int) {
	for column := first; column <= last; column++ {
		c.cells[row][column].Left, c.cells[row][column].Right = true, true
	}
}

// isConnected reports whether a line is in a place.
func (c *canvas) isConnected(row, column int) bool { return c.cells[row][column] != graph.Cell{} }

// put writes text in front of lines. The texts of a row have to be written from left to right.
func (c *canvas) put(row, column, width int, text string) {
	c.texts[row] = append(c.texts[row], canvasText{column, width, text})
}

// edge writes the upper or the lower edge of a box.
func (c *canvas) edge(row, column, width int, upper bool) {
	left, line, right := "+", "-", "+"
	switch {
	case c.glyphs && upper:
		left, line, right = "┌", "─", "┐"
	case c.glyphs:
		left, line, right = "└", "─", "┘"
	}
	c.put(row, column, width, left+strings.Repeat(line, width-2)+right)
}

func (c *canvas) side() string {
	if c.glyphs {
		return "│"
	}
	return "|"
}

func (c *canvas) arrow() string {
	if c.glyphs {
		return "▶"
	}
	return ">"
}

func (c *canvas) ellipsis() string {
	if c.glyphs {
		return "…"
	}
	return ".."
}

// write writes the rows down to the last one that has a box; no line leads below it.
func (c *canvas) write(out *bufio.Writer) {
	for len(c.cells) > 0 && len(c.texts[len(c.cells)-1]) == 0 {
		c.cells = c.cells[:len(c.cells)-1]
	}
	for row, cells := range c.cells {
		var line strings.Builder
		column := 0
		lines := func(end int) {
			for ; column < end; column++ {
				line.WriteString(boxDrawing(cells[column], c.glyphs))
			}
		}
		for _, text := range c.texts[row] {
			lines(text.column)
			line.WriteString(text.text)
			column += text.width
		}
		lines(len(cells))
		writeLine(out, line.String())
	}
}
