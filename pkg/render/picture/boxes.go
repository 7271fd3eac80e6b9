package picture

import (
	"bufio"
	"fmt"
	"io"
	"math"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

const (
	// widestText and leastText bound how wide the text of a box is.
	widestText = 40
	leastText  = 12
	// boxBorder is what a box takes beside its text.
	boxBorder = 4
	// pipeWidth is how wide the picture may be where no terminal bounds it.
	pipeWidth = 200
)

// Boxes writes the pipeline as boxes in layers from left to right. Where that cannot be
// drawn, why says so, and nothing is written. The cost grows with the nodes, the lines and
// the layers that these pass.
func (p *Picture) Boxes(w io.Writer, style Style) (why string, err error) {
	b := &boxes{Picture: p, style: style, signs: &railsText{Picture: p, style: style}}
	for i := range p.Graph.Nodes {
		b.text = append(b.text, b.textOf(i))
	}
	b.layout = p.Graph.Place(b.size, graph.Spacing{Vertexes: 1, Lines: 1})
	if !b.connect() {
		return "its lines cannot be told apart as boxes", nil
	}
	if need, room := b.columns(), b.room(); need > room {
		return fmt.Sprintf("boxes need %d columns, and there are %d", need, room), nil
	}
	b.draw()
	out := bufio.NewWriter(w) // what cannot be written is told by Flush
	b.canvas.write(out)
	b.writeBack(out)
	b.writeLegend(out)
	return "", out.Flush()
}

// boxes is the picture under construction. It is a grid of characters: heights are those of
// the Layout, columns are counted here.
type boxes struct {
	*Picture
	style  Style
	signs  *railsText
	layout *graph.Layout
	text   [][]boxLine
	// gaps are the channels between the layers.
	gaps []*channel
	// lefts and widths are the columns of the layers.
	lefts, widths []int
	canvas        *canvas
}

// size is the room of a vertex from top to bottom; a joint is one character.
func (b *boxes) size(vertex int) graph.Size {
	if b.Graph.JointOf(vertex) != nil {
		return graph.Size{Height: 1}
	}
	return graph.Size{Height: float64(len(b.text[vertex]) + 2)}
}

// top is the first row of a box; the rows of neighbors stay as far apart as the Layout has
// them, as sizes and distances are whole numbers.
func top(box graph.Box) int { return int(math.Floor(box.Y + 0.5)) }

// row is the row of a line that enters or leaves a layer at a height.
func row(height float64) int { return int(math.Floor(height)) }

// connect finds the tracks of the lines between the layers. It reports whether all lines can
// be told apart.
func (b *boxes) connect() bool {
	for range max(len(b.Graph.Layers)-1, 0) {
		b.gaps = append(b.gaps, newChannel())
	}
	for i := range b.Graph.Lines {
		line, route := &b.Graph.Lines[i], b.layout.Routes[i]
		if line.Back {
			continue
		}
		from, to := b.Graph.Layer[line.From], b.Graph.Layer[line.To]
		if len(route) != 2*(to-from) {
			return false // it would pass too many layers, and has no place in them
		}
		for n := range to - from {
			b.gaps[from+n].add(row(route[2*n].Y), row(route[2*n+1].Y))
		}
	}
	for _, gap := range b.gaps {
		if !gap.arrange() {
			return false
		}
	}
	return true
}

// room is how many columns there are.
func (b *boxes) room() int {
	if b.style.Wraps() {
		return b.style.Width
	}
	return pipeWidth
}

// columns places the layers, with the texts as wide as there is room, and returns how many
// columns all takes.
func (b *boxes) columns() int {
	widest := make([]int, len(b.Graph.Layers)) // 0 for a layer of joints
	for i := range b.text {
		for _, line := range b.text[i] {
			layer := b.Graph.Layer[i]
			widest[layer] = max(widest[layer], term.Width(line.words), 1)
		}
	}
	need := 0
	for limit := widestText; limit >= leastText; limit-- {
		if need = b.place(widest, limit); need <= b.room() {
			break
		}
	}
	return need
}

// place places the layers with texts up to a width, and returns the columns that this takes.
func (b *boxes) place(widest []int, limit int) int {
	b.lefts, b.widths = b.lefts[:0], b.widths[:0]
	left := 0
	for layer, text := range widest {
		width := 1
		if text > 0 {
			width = min(text, limit) + boxBorder
		}
		b.lefts, b.widths = append(b.lefts, left), append(b.widths, width)
		left += width
		if layer < len(b.gaps) {
			left += b.gaps[layer].width()
		}
	}
	return left
}

func (b *boxes) draw() {
	last := len(b.lefts) - 1
	if last < 0 {
		b.canvas = newCanvas(0, 0, b.style.Glyphs)
		return
	}
	b.canvas = newCanvas(int(math.Ceil(b.layout.Height))+1, b.lefts[last]+b.widths[last], b.style.Glyphs)
	for layer, gap := range b.gaps {
		gap.draw(b.canvas, b.lefts[layer]+b.widths[layer])
	}
	b.drawPassing()
	for layer, vertexes := range b.Graph.Layers {
		for _, vertex := range vertexes {
			if b.Graph.JointOf(vertex) != nil {
				b.canvas.across(row(b.layout.Boxes[vertex].Middle()), b.lefts[layer], b.lefts[layer])
				continue
			}
			b.drawBox(vertex, b.lefts[layer], b.widths[layer])
		}
	}
}

// drawPassing draws lines where they pass a layer.
func (b *boxes) drawPassing() {
	for i := range b.Graph.Lines {
		line, route := &b.Graph.Lines[i], b.layout.Routes[i]
		if line.Back {
			continue
		}
		for n := 1; n < len(route)/2; n++ {
			layer := b.Graph.Layer[line.From] + n
			b.canvas.across(row(route[2*n].Y), b.lefts[layer], b.lefts[layer]+b.widths[layer]-1)
		}
	}
}

// drawBox draws a node, and the arrow that leads to it.
func (b *boxes) drawBox(node, left, width int) {
	at, inner := top(b.layout.Boxes[node]), width-boxBorder
	if middle := row(b.layout.Boxes[node].Middle()); left > 0 && b.canvas.isConnected(middle, left-1) {
		b.canvas.put(middle, left-1, 1, b.canvas.arrow())
	}
	b.canvas.edge(at, left, width, true)
	for n, line := range b.text[node] {
		text := pad(cut(line.words, inner, b.canvas.ellipsis()), inner)
		b.canvas.put(at+1+n, left, width, b.canvas.side()+" "+b.paintLine(line.kind, text)+" "+b.canvas.side())
	}
	b.canvas.edge(at+1+len(b.text[node]), left, width, false)
}
