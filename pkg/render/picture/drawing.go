package picture

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// The measures of a drawing, in pixels.
const (
	lineHeight  = 16
	letterWidth = 6 // of the small letters that most of a box has
	nameWidth   = 8.2
	boxPadding  = 10
	leastBox    = 90
	widestBox   = 230
	jointRadius = 4
	originGap   = 7 // between the lines of two origins
)

// drawing is a Picture as SVG.
type drawing struct {
	*Picture
	layout *graph.Layout
	// text is what each box says, one line below the other.
	text [][]string
	// prefix begins the ids of a page's elements; "" for an image, which has none.
	prefix string
	// widths are those of the boxes, by layer.
	widths []float64
	out    strings.Builder
}

// newDrawing lays out boxes that say these lines.
func newDrawing(p *Picture, prefix string, text [][]string) *drawing {
	d := &drawing{Picture: p, text: text, prefix: prefix, widths: make([]float64, len(p.Graph.Layers))}
	for node := range p.Graph.Nodes { // the boxes of a layer are equally wide
		layer := p.Graph.Layer[node]
		d.widths[layer] = max(d.widths[layer], textWidth(text[node]))
	}
	d.layout = p.Graph.Place(d.size, graph.Spacing{Layers: 56, Vertexes: 18, Lines: 12})
	return d
}

func (d *drawing) size(vertex int) graph.Size {
	if d.Graph.JointOf(vertex) != nil {
		return graph.Size{Width: 2 * jointRadius, Height: 2 * jointRadius}
	}
	return graph.Size{Width: d.widths[d.Graph.Layer[vertex]], Height: float64(len(d.text[vertex])*lineHeight + boxPadding)}
}

// textWidth is how wide a box has to be for its lines.
func textWidth(lines []string) float64 {
	widest := leastBox - 2.0*boxPadding
	for i, line := range lines {
		letter := float64(letterWidth)
		if i == 0 {
			letter = nameWidth
		}
		widest = max(widest, letter*float64(term.Width(line)))
	}
	return min(widest+2*boxPadding, widestBox)
}

// room is how many letters fit into the lines of a box below its name.
func (d *drawing) room(node int) int {
	return int((d.layout.Boxes[node].Width - 2*boxPadding) / letterWidth)
}

const margin = 8

// height is how much room the drawing takes from top to bottom, lines back included.
func (d *drawing) height() float64 {
	back := 0
	for i := range d.Graph.Lines {
		if d.Graph.Lines[i].Back {
			back++
		}
	}
	height := d.layout.Height + 2*margin
	if back > 0 {
		height += backRoom(back)
	}
	return height
}

// backRoom is how far below the boxes the last of so many lines back runs.
func backRoom(n int) float64 { return 16 + 8*float64(min(n, 12)) }

func (d *drawing) width() float64 { return d.layout.Width + 2*margin }

// draw writes the lines and the boxes.
func (d *drawing) draw() {
	back := 0
	for i := range d.Graph.Lines {
		if d.Graph.Lines[i].Back {
			back++
			d.backLine(i, back)
		} else {
			d.line(i)
		}
	}
	for vertex := range d.Graph.Joints {
		box := d.layout.Boxes[len(d.Graph.Nodes)+vertex]
		d.printf(`<circle class="joint" cx="%.0f" cy="%.0f" r="%d"/>`+"\n", box.X+jointRadius+margin, box.Middle()+margin, jointRadius)
	}
	for i := range d.Graph.Nodes {
		d.box(i)
	}
}

func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(&d.out, format, args...) }

// lineClass says how a line looks: its origin where there are several, and whether it
// lets the Freight pass that was asked about.
func (d *drawing) lineClass(line *graph.Line) string {
	class := "line"
	if d.severalOrigins() {
		class += fmt.Sprintf(" o%d", d.originIndex(line)%6)
	}
	if line.Back {
		class += " back"
	}
	switch d.passes(d.Graph, line) {
	case passesAll:
		class += " open"
	case passesNone:
		class += " shut"
	case passesSome:
		class += " some"
	case notAsked:
	}
	return class
}

func (d *drawing) originIndex(line *graph.Line) int {
	for i, origin := range d.Graph.Origins() {
		if origin == line.Origin {
			return i
		}
	}
	return 0
}

// shift moves the lines of several origins apart.
func (d *drawing) shift(line *graph.Line) float64 {
	n := len(d.Graph.Origins())
	return (float64(d.originIndex(line)) - float64(n-1)/2) * originGap
}

// line draws a line forward: straight through layers, curved between them.
func (d *drawing) line(i int) {
	line, route := &d.Graph.Lines[i], d.layout.Routes[i]
	shift := d.shift(line)
	var path strings.Builder
	for p, point := range route {
		x, y := point.X+margin, point.Y+margin+shift
		switch {
		case p == 0:
			fmt.Fprintf(&path, "M%.0f %.0f", x, y)
		case p%2 == 1:
			before := route[p-1]
			half := (point.X - before.X) / 2
			fmt.Fprintf(&path, "C%.0f %.0f %.0f %.0f %.0f %.0f", before.X+half+margin, before.Y+margin+shift, x-half, y, x, y)
		default:
			fmt.Fprintf(&path, "H%.0f", x)
		}
	}
	d.path(i, path.String())
	if d.severalOrigins() && d.Graph.JointOf(line.To) == nil {
		end := route[len(route)-1]
		d.printf(`<text class="label" x="%.0f" y="%.0f" text-anchor="end">%s</text>`+"\n", end.X+margin-9, end.Y+margin+shift-3, html.EscapeString(d.cut(originName(line.Origin.String()), 12)))
	}
}

// backLine draws the nth line that closes a cycle: below all boxes, from right to left.
func (d *drawing) backLine(i, n int) {
	line := &d.Graph.Lines[i]
	from, to := d.layout.Boxes[line.From], d.layout.Boxes[line.To]
	bottom := d.layout.Height + margin + backRoom(n)
	x1, y1 := from.X+from.Width*2/3+margin, from.Y+from.Height+margin
	x2, y2 := to.X+to.Width/3+margin, to.Y+to.Height+margin
	d.path(i, fmt.Sprintf("M%.0f %.0fV%.0fQ%.0f %.0f %.0f %.0fH%.0fQ%.0f %.0f %.0f %.0fV%.0f",
		x1, y1, bottom-8, x1, bottom, x1-8, bottom, x2+8, x2, bottom, x2, bottom-8, y2))
}

func (d *drawing) path(i int, path string) {
	line := &d.Graph.Lines[i]
	id, tip := "", ` marker-end="url(#tip)"`
	if d.prefix != "" {
		id = fmt.Sprintf(` id="%sl%d"`, d.prefix, i)
	}
	if d.Graph.JointOf(line.To) != nil {
		tip = ""
	}
	d.printf(`<path%s class="%s" d="%s"%s/>`+"\n", id, d.lineClass(line), path, tip)
}

// box draws a node.
func (d *drawing) box(i int) {
	box, node := d.layout.Boxes[i], d.node(i)
	d.printf(`<g%s class="%s" transform="translate(%.0f,%.0f)">`, d.attributes(i), d.nodeClass(node), box.X+margin, box.Y+margin)
	if d.prefix == "" {
		d.printf("<title>%s</title>", html.EscapeString(strings.Join(d.text[i], "\n")))
	}
	d.shape(node, box)
	for l, line := range d.text[i] {
		class, room := "", d.room(i)
		switch {
		case l == 0:
			class, room = ` class="name"`, int((box.Width-2*boxPadding)/nameWidth)
		case l > 1:
			class = ` class="state"`
		}
		d.printf(` <text%s x="%d" y="%d">%s</text>`, class, boxPadding, l*lineHeight+lineHeight+1, html.EscapeString(d.cut(line, room)))
	}
	d.printf("</g>\n")
}

// shape draws the outline: round for a Warehouse, with corners cut for a control-flow
// Stage.
func (d *drawing) shape(node *report.GraphNode, box graph.Box) {
	w, h := box.Width, box.Height
	switch {
	case node.Stage != nil && node.Stage.ControlFlow:
		d.printf(`<path class="box" d="M8 0H%.0fL%.0f 8V%.0fL%.0f %.0fH8L0 %.0fV8Z"/>`, w-8, w, h-8, w-8, h, h-8)
	case node.Type == report.WarehouseNode:
		d.printf(`<rect class="box" width="%.0f" height="%.0f" rx="%.0f"/>`, w, h, h/2)
	default:
		d.printf(`<rect class="box" width="%.0f" height="%.0f" rx="6"/>`, w, h)
	}
}

// attributes are those of a page's elements, which can be focused and pressed. The name for
// screen readers is what the box says, so that it can also be spoken, and then the kind.
func (d *drawing) attributes(i int) string {
	if d.prefix == "" {
		return ""
	}
	label := append(slices.Clone(d.text[i]), kindName(d.node(i)))
	return fmt.Sprintf(` id="%sn%d" role="button" tabindex="-1" aria-pressed="false" aria-label="%s"`, d.prefix, i, html.EscapeString(strings.Join(notEmpty(label), ", ")))
}

func notEmpty(list []string) []string {
	var kept []string
	for _, text := range list {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

func (d *drawing) nodeClass(node *report.GraphNode) string {
	class := "node"
	if node.Missing {
		class += " missing"
	}
	switch stateOf(node.Stage) {
	case Blocked:
		class += " no"
	case Available, Running, Verified:
		class += " yes"
	case NotConcerned:
	}
	return class
}

// cut shortens text to so many columns.
func (d *drawing) cut(text string, columns int) string {
	return cut(term.Sanitize(text), columns, "…")
}

// tip is the arrowhead of all lines.
const tip = `<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 0L8 4L0 8Z"/></marker></defs>`
