package graph

// findCycles marks the edges that close a cycle: those that lead back to a node on the
// current path of a depth-first search from the sources, in the order of the nodes.
func (g *Graph) findCycles() {
	out := make([][]int, len(g.Nodes))
	in := make([]int, len(g.Nodes))
	for i := range g.Edges {
		out[g.Edges[i].From] = append(out[g.Edges[i].From], i)
		in[g.Edges[i].To]++
	}
	s := &search{graph: g, out: out, state: make([]uint8, len(g.Nodes))}
	for _, sources := range []bool{true, false} { // a cycle may have no source
		for node := range g.Nodes {
			if (in[node] == 0) == sources {
				s.visit(node)
			}
		}
	}
}

// search is a depth-first search with a stack of its own, as chains can be long.
type search struct {
	graph *Graph
	out   [][]int
	// state is 0 for a node that was not seen, then open, then done.
	state []uint8
}

const (
	open uint8 = iota + 1
	done
)

func (s *search) visit(root int) {
	if s.state[root] != 0 {
		return
	}
	type step struct{ node, next int }
	stack := []step{{node: root}}
	s.state[root] = open
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.next == len(s.out[top.node]) {
			s.state[top.node] = done
			stack = stack[:len(stack)-1]
			continue
		}
		edge := &s.graph.Edges[s.out[top.node][top.next]]
		top.next++
		switch s.state[edge.To] {
		case open:
			edge.Back = true
		case 0:
			s.state[edge.To] = open
			stack = append(stack, step{node: edge.To})
		}
	}
}
