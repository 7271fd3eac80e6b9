package graph

import "slices"

// Row is one line of Rails: a vertex, and the lanes that pass it.
type Row struct {
	Vertex int
	// Column is the vertex's.
	Column int
	// Cells are the columns from the left, as far as they are used.
	Cells []Cell
}

// Cell is what one column shows in one row.
type Cell struct {
	// Up, Down, Left and Right say to which neighbors the cell is connected.
	Up, Down, Left, Right bool
	// Node says that the row's node is here.
	Node bool
	// Passes says that the row's horizontal line passes behind a lane without touching it.
	Passes bool
	// Back says that the vertical line is one that leads back, upwards.
	Back bool
}

// Rails draws the graph with a row per vertex and a lane per vertex that has outputs, as a
// commit graph does. A lane ends at its last output. A column whose lane ended at a node
// stays empty in the next row: a node below it would look connected.
func (g *Graph) Rails() []Row {
	r := newRails(g)
	for _, vertex := range r.order() {
		r.add(vertex)
	}
	return r.rows
}

// lane is what a column holds: the outputs of a vertex, or its lines back.
type lane struct {
	source int // none when the column is free
	back   bool
	freed  int // the last row in which something would look connected below it
}

const none = -1

type rails struct {
	graph   *Graph
	in, out [][]int // lines forward, by vertex
	backIn  [][]int // lines back that lead to the vertex, which stands above their source
	pending []int   // outputs of a vertex that have no row yet
	lanes   []lane
	rows    []Row
}

func newRails(g *Graph) *rails {
	n := g.Vertexes()
	r := &rails{graph: g, in: make([][]int, n), out: make([][]int, n), backIn: make([][]int, n), pending: make([]int, n)}
	for i := range g.Lines {
		line := &g.Lines[i]
		switch {
		case !line.Back:
			r.in[line.To] = append(r.in[line.To], line.From)
			r.out[line.From] = append(r.out[line.From], line.To)
			r.pending[line.From]++
		case line.From != line.To:
			r.backIn[line.To] = append(r.backIn[line.To], line.From)
		}
	}
	return r
}

// order returns the vertexes so that each comes after its inputs and, where it can, right
// after the last of them.
func (r *rails) order() []int {
	inputs := make([]int, len(r.in))
	var stack, order []int
	for vertex := len(r.in) - 1; vertex >= 0; vertex-- {
		if inputs[vertex] = len(r.in[vertex]); inputs[vertex] == 0 {
			stack = append(stack, vertex)
		}
	}
	for len(stack) > 0 {
		vertex := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		order = append(order, vertex)
		outputs := slices.Sorted(slices.Values(r.out[vertex]))
		for _, to := range slices.Backward(outputs) {
			if inputs[to]--; inputs[to] == 0 {
				stack = append(stack, to)
			}
		}
	}
	return order
}

// add draws the row of a vertex.
func (r *rails) add(vertex int) {
	before := slices.Clone(r.lanes)
	touched := r.inputs(vertex)
	column := r.columnFor(vertex, touched)
	touched = append(touched, column)
	touched = append(touched, r.back(vertex)...)
	r.lanes[column] = lane{source: vertex}
	if r.pending[vertex] == 0 {
		r.lanes[column] = lane{source: none, freed: len(r.rows)}
	}
	r.rows = append(r.rows, Row{vertex, column, r.cells(before, touched, column, r.graph.JointOf(vertex) == nil)})
}

// inputs returns the columns of the vertex's inputs, and ends the lanes whose last output
// it is.
func (r *rails) inputs(vertex int) []int {
	var touched []int
	for _, from := range r.in[vertex] {
		r.pending[from]--
		column := r.find(from, false)
		if !slices.Contains(touched, column) {
			touched = append(touched, column)
		}
		if r.pending[from] == 0 {
			r.lanes[column] = r.free(vertex)
		}
	}
	slices.Sort(touched)
	return touched
}

// free is a lane that ends in the row of the vertex.
func (r *rails) free(vertex int) lane {
	if r.graph.JointOf(vertex) != nil { // the corner shows that it ends
		return lane{source: none, freed: len(r.rows) - 1}
	}
	return lane{source: none, freed: len(r.rows)}
}

// columnFor returns the column of the vertex: the first of an input that ends here, else a
// free one, to the right of its inputs if there is one.
func (r *rails) columnFor(vertex int, inputs []int) int {
	for _, column := range inputs {
		if r.lanes[column].source == none {
			return column
		}
	}
	after := 0
	if len(inputs) > 0 {
		after = inputs[len(inputs)-1] + 1
	}
	return r.allocate(after, vertex)
}

// allocate returns a free column, from the one given on if there is one.
func (r *rails) allocate(from, vertex int) int {
	usable := func(l lane) bool { return l.source == none && l.freed < len(r.rows)-1 }
	for column := from; column < len(r.lanes); column++ {
		if usable(r.lanes[column]) {
			r.lanes[column].source = vertex
			return column
		}
	}
	r.lanes = append(r.lanes, lane{source: vertex})
	return len(r.lanes) - 1
}

// back opens the lanes of lines that lead back to the vertex, and ends its own, which it
// reaches from above. It returns their columns.
func (r *rails) back(vertex int) []int {
	var touched []int
	for _, from := range r.backIn[vertex] {
		column := r.find(from, true)
		if column == none {
			column = r.allocate(0, from)
			r.lanes[column] = lane{source: from, back: true}
		}
		touched = append(touched, column)
	}
	if column := r.find(vertex, true); column != none {
		r.lanes[column] = lane{source: none, freed: len(r.rows)}
		touched = append(touched, column)
	}
	return touched
}

// find returns the column of a vertex's lane.
func (r *rails) find(source int, back bool) int {
	return slices.IndexFunc(r.lanes, func(l lane) bool { return l.source == source && l.back == back })
}

// cells draws the row that leads from the lanes before it to those after it, and connects
// the columns that it touches.
func (r *rails) cells(before []lane, touched []int, column int, isNode bool) []Cell {
	first, last := slices.Min(touched), slices.Max(touched)
	cells := make([]Cell, len(r.lanes))
	used := 0
	for i := range cells {
		c := &cells[i]
		if i < len(before) && before[i].source != none {
			c.Up, c.Back = true, before[i].back
		}
		if r.lanes[i].source != none {
			c.Down, c.Back = true, r.lanes[i].back
		}
		inside := first <= i && i <= last
		if slices.Contains(touched, i) {
			c.Left, c.Right = i > first, i < last
		} else if inside {
			c.Left, c.Right = true, true
			c.Passes = c.Up || c.Down
		}
		c.Node = isNode && i == column
		if *c != (Cell{}) {
			used = i + 1
		}
	}
	return cells[:used]
}
