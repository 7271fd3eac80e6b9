package graph

import (
	"cmp"
	"slices"
)

// Size is how much room a vertex takes.
type Size struct{ Width, Height float64 }

// Spacing is the room between vertexes.
type Spacing struct {
	// Layers is between two layers, Vertexes between two vertexes of one layer, and Lines
	// between a line that passes a layer and its neighbors there.
	Layers, Vertexes, Lines float64
}

// Point is a place in a picture, from its top left corner.
type Point struct{ X, Y float64 }

// Box is where a vertex is drawn.
type Box struct {
	Point
	Size
}

// Middle is the height of the box's middle.
func (b Box) Middle() float64 { return b.Y + b.Height/2 }

// Right is the right edge of the box.
func (b Box) Right() float64 { return b.X + b.Width }

// Layout is where everything is drawn.
type Layout struct {
	Size
	// Boxes are those of the vertexes.
	Boxes []Box
	// Routes has the points that each line passes, its ends included: pairs of where it
	// enters and leaves a layer. A line back, or one that would span too many layers, has
	// its two ends alone.
	Routes [][]Point
}

// Place lays the graph out from left to right.
func (g *Graph) Place(size func(vertex int) Size, spacing Spacing) *Layout {
	p := &placing{layered: g.layered, spacing: spacing, boxes: make([]Box, len(g.layered.layer))}
	for vertex := range g.Vertexes() {
		p.boxes[vertex].Size = size(vertex)
	}
	p.columns()
	p.rows()
	return p.layout()
}

// placing is a Layout under construction. Chains have boxes, too.
type placing struct {
	*layered
	spacing Spacing
	boxes   []Box
	widths  []float64
	lefts   []float64
	height  float64
}

// columns places the layers side by side.
func (p *placing) columns() {
	left := 0.0
	for _, layer := range p.layers {
		widest := 0.0
		for _, vertex := range layer {
			widest = max(widest, p.boxes[vertex].Width)
		}
		for _, vertex := range layer {
			p.boxes[vertex].X = left + (widest-p.boxes[vertex].Width)/2
			if p.isChain(vertex) {
				p.boxes[vertex].X, p.boxes[vertex].Width = left, widest
			}
		}
		p.lefts, p.widths = append(p.lefts, left), append(p.widths, widest)
		left += widest + p.spacing.Layers
	}
}

// passes is how often the layers are moved towards their neighbors.
const passes = 8

// rows places the vertexes of each layer from top to bottom, in their order, each as near
// to the mean of its neighbors as the others let it.
func (p *placing) rows() {
	for _, layer := range p.layers {
		p.settle(layer, func(int) (float64, float64) { return 0, 1 })
	}
	for pass := range passes {
		for i := range p.layers {
			layer, neighbors := p.layers[i], [][][]int{p.up}
			if pass%2 == 1 {
				layer, neighbors = p.layers[len(p.layers)-1-i], [][][]int{p.down}
			}
			if pass >= passes-2 {
				neighbors = [][][]int{p.up, p.down}
			}
			p.settle(layer, func(vertex int) (float64, float64) { return p.wish(vertex, neighbors) })
		}
	}
	p.toTop()
}

// wish is where a vertex wants its middle to be, and how much.
func (p *placing) wish(vertex int, neighbors [][][]int) (middle, weight float64) {
	for _, of := range neighbors {
		for _, neighbor := range of[vertex] {
			w := 1.0
			switch {
			case p.isChain(vertex) && p.isChain(neighbor):
				w = 8
			case p.isChain(vertex) || p.isChain(neighbor):
				w = 2
			}
			middle += w * p.boxes[neighbor].Middle()
			weight += w
		}
	}
	if weight == 0 {
		return p.boxes[vertex].Middle(), 0.1
	}
	return middle / weight, weight
}

// gap is the room between two neighbors in a layer.
func (p *placing) gap(a, b int) float64 {
	if p.isChain(a) || p.isChain(b) {
		return p.spacing.Lines
	}
	return p.spacing.Vertexes
}

// settle moves the vertexes of a layer to where they want to be, as far as they keep their
// order and distance: least squares, by merging neighbors that collide.
func (p *placing) settle(layer []int, wish func(vertex int) (middle, weight float64)) {
	type block struct{ sum, weight float64 }
	var blocks []block
	var counts []int
	offsets := make([]float64, len(layer))
	offset := 0.0
	for i, vertex := range layer {
		if i > 0 {
			before := layer[i-1]
			offset += p.boxes[before].Height/2 + p.gap(before, vertex) + p.boxes[vertex].Height/2
		}
		offsets[i] = offset
		middle, weight := wish(vertex)
		blocks, counts = append(blocks, block{sum: (middle - offset) * weight, weight: weight}), append(counts, 1)
		for n := len(blocks); n > 1 && blocks[n-2].sum/blocks[n-2].weight > blocks[n-1].sum/blocks[n-1].weight; n = len(blocks) {
			blocks[n-2].sum += blocks[n-1].sum
			blocks[n-2].weight += blocks[n-1].weight
			counts[n-2] += counts[n-1]
			blocks, counts = blocks[:n-1], counts[:n-1]
		}
	}
	i := 0
	for b := range blocks {
		for range counts[b] {
			box := &p.boxes[layer[i]]
			box.Y = blocks[b].sum/blocks[b].weight + offsets[i] - box.Height/2
			i++
		}
	}
}

// toTop moves everything so that the topmost box begins at 0.
func (p *placing) toTop() {
	if len(p.boxes) == 0 {
		return
	}
	top := slices.MinFunc(p.boxes, func(a, b Box) int { return cmp.Compare(a.Y, b.Y) }).Y
	for i := range p.boxes {
		p.boxes[i].Y -= top
		p.height = max(p.height, p.boxes[i].Y+p.boxes[i].Height)
	}
}

func (p *placing) layout() *Layout {
	layout := &Layout{Boxes: p.boxes[:p.graph.Vertexes()], Routes: make([][]Point, len(p.paths))}
	if n := len(p.lefts); n > 0 {
		layout.Size = Size{p.lefts[n-1] + p.widths[n-1], p.height}
	}
	for i, path := range p.paths {
		if path == nil {
			path = []int{p.graph.Lines[i].From, p.graph.Lines[i].To}
		}
		layout.Routes[i] = p.route(path)
	}
	return layout
}

// route runs from the right of the first box to the left of the last one.
func (p *placing) route(path []int) []Point {
	var points []Point
	for i, vertex := range path {
		box := p.boxes[vertex]
		if i > 0 {
			points = append(points, Point{box.X, box.Middle()})
		}
		if i < len(path)-1 {
			points = append(points, Point{box.Right(), box.Middle()})
		}
	}
	return points
}
