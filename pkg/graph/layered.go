package graph

import "slices"

// layered is the graph with a chain of vertexes for each line that spans several layers,
// so that every link runs from one layer to the next. The lines that leave a vertex for
// one origin share a chain as far as they run together.
type layered struct {
	graph  *Graph
	layers [][]int
	layer  []int // of each vertex, those of chains included
	pos    []int // of each vertex in its layer
	down   [][]int
	up     [][]int
	// paths has, for each line, its vertexes; nil for lines that are not layered.
	paths [][]int
	// means, first and second are memory that order uses again.
	means         []float64
	first, second []int
}

// maxChain is how many vertexes chains may add in all; lines beyond it are drawn straight.
const maxChain = 20_000

func newLayered(g *Graph) *layered {
	l := &layered{graph: g, layer: ranks(g), paths: make([][]int, len(g.Lines))}
	l.down, l.up = make([][]int, g.Vertexes()), make([][]int, g.Vertexes())
	for vertex, layer := range l.layer {
		l.place(vertex, layer)
	}
	chains := map[chain]int{}
	for i := range g.Lines {
		line := &g.Lines[i]
		if line.Back {
			continue
		}
		span := l.layer[line.To] - l.layer[line.From]
		if span > 1 && len(l.layer)-g.Vertexes()+span > maxChain {
			continue
		}
		l.paths[i] = l.path(line, chains)
	}
	l.pos, l.means = make([]int, len(l.layer)), make([]float64, len(l.layer))
	l.renumber()
	return l
}

// chain identifies a vertex of a chain.
type chain struct {
	from  int
	line  string
	layer int
}

// path links a line through the layers between its ends.
func (l *layered) path(line *Line, chains map[chain]int) []int {
	path := []int{line.From}
	at := line.From
	for layer := l.layer[line.From] + 1; layer < l.layer[line.To]; layer++ {
		key := chain{line.From, line.Origin.String(), layer}
		next, known := chains[key]
		if !known {
			next = len(l.layer)
			chains[key] = next
			l.layer = append(l.layer, layer)
			l.down, l.up = append(l.down, nil), append(l.up, nil)
			l.place(next, layer)
			l.link(at, next)
		}
		path = append(path, next)
		at = next
	}
	l.link(at, line.To)
	return append(path, line.To)
}

func (l *layered) place(vertex, layer int) {
	for layer >= len(l.layers) {
		l.layers = append(l.layers, nil)
	}
	l.layers[layer] = append(l.layers[layer], vertex)
}

func (l *layered) link(from, to int) {
	l.down[from] = append(l.down[from], to)
	l.up[to] = append(l.up[to], from)
}

// renumber updates pos after the layers have changed.
func (l *layered) renumber() {
	for _, layer := range l.layers {
		for i, vertex := range layer {
			l.pos[vertex] = i
		}
	}
}

// isChain reports whether a vertex is part of a chain.
func (l *layered) isChain(vertex int) bool { return vertex >= l.graph.Vertexes() }

// result returns the layers without the vertexes of chains, and the layer of each vertex.
func (l *layered) result() (layers [][]int, layer []int) {
	for _, vertexes := range l.layers {
		layers = append(layers, slices.DeleteFunc(slices.Clone(vertexes), l.isChain))
	}
	return layers, l.layer[:l.graph.Vertexes()]
}

// ranks returns the layer of each vertex: the longest path from a source, with joints
// between the Stages that they connect. What has no input stands next to what it feeds.
func ranks(g *Graph) []int {
	rank := make([]int, g.Vertexes())
	order, down := topological(g)
	for _, vertex := range order {
		for _, to := range down[vertex] {
			// Nodes have even ranks, joints odd ones.
			rank[to] = max(rank[to], rank[vertex]+2-(rank[vertex]+isJoint(g, to))%2)
		}
	}
	for _, vertex := range slices.Backward(order) {
		if hasInput(g, vertex) || len(down[vertex]) == 0 {
			continue
		}
		nearest := rank[down[vertex][0]]
		for _, to := range down[vertex] {
			nearest = min(nearest, rank[to])
		}
		rank[vertex] = max(0, (nearest-1)/2*2)
	}
	return dense(rank)
}

func isJoint(g *Graph, vertex int) int {
	if g.JointOf(vertex) != nil {
		return 1
	}
	return 0
}

// hasInput reports whether a node is a Stage that is there, and may have one.
func hasInput(g *Graph, vertex int) bool {
	return g.JointOf(vertex) != nil || g.Nodes[vertex].Kind.IsStage()
}

// dense numbers the ranks that are used without gaps.
func dense(rank []int) []int {
	used := slices.Compact(slices.Sorted(slices.Values(rank)))
	for i := range rank {
		rank[i], _ = slices.BinarySearch(used, rank[i])
	}
	return rank
}

// topological returns the vertexes in an order in which forward lines run, and where
// these lead.
func topological(g *Graph) (order []int, down [][]int) {
	down = make([][]int, g.Vertexes())
	inputs := make([]int, g.Vertexes())
	for i := range g.Lines {
		if line := &g.Lines[i]; !line.Back {
			down[line.From] = append(down[line.From], line.To)
			inputs[line.To]++
		}
	}
	for vertex, n := range inputs {
		if n == 0 {
			order = append(order, vertex)
		}
	}
	for i := 0; i < len(order); i++ {
		for _, to := range down[order[i]] {
			if inputs[to]--; inputs[to] == 0 {
				order = append(order, to)
			}
		}
	}
	return order, down
}
