package pipeline

// Components returns the strongly connected components of a directed graph with the
// nodes 0 to n-1: the number of each node's component, and how many components there
// are. A component has a higher number than every other component that it leads to,
// so that counting up visits what a component depends on before the component itself.
//
// edges yields the nodes that a node leads to; it is called once for each node and may
// yield a node several times. Time and memory grow with nodes and edges, and the depth
// of the graph costs no stack.
func Components(n int, edges func(node int) []int) (component []int, count int) {
	t := &tarjan{edges: edges, order: make([]int, n), low: make([]int, n), component: make([]int, n)}
	for node := range n {
		if t.order[node] == 0 {
			t.search(node)
		}
	}
	return t.component, t.count
}

// tarjan is Tarjan's search for strongly connected components, with a stack of its own
// in place of recursion.
type tarjan struct {
	edges func(node int) []int
	// order is when a node was met, from 1 on; 0 for one that was not met yet. low is the
	// earliest node on the stack that it reaches.
	order, low []int
	component  []int
	met, count int
	// stack has the nodes that were met and belong to no finished component.
	stack []int
	// path has the nodes on the way from the start to the current one.
	path []step
}

// step is a node on the path, with the edges that were not followed yet.
type step struct {
	node int
	rest []int
}

func (t *tarjan) search(start int) {
	t.enter(start)
	for len(t.path) > 0 {
		at := &t.path[len(t.path)-1]
		if len(at.rest) == 0 {
			t.leave()
			continue
		}
		next := at.rest[0]
		at.rest = at.rest[1:]
		switch {
		case t.order[next] == 0:
			t.enter(next)
		case t.component[next] < 0:
			t.low[at.node] = min(t.low[at.node], t.order[next])
		}
	}
}

// enter puts a node on the stack and on the path.
func (t *tarjan) enter(node int) {
	t.met++
	t.order[node], t.low[node], t.component[node] = t.met, t.met, -1
	t.stack = append(t.stack, node)
	t.path = append(t.path, step{node, t.edges(node)})
}

// leave takes the last node off the path, and its component off the stack when the
// node is where the component was entered.
func (t *tarjan) leave() {
	node := t.path[len(t.path)-1].node
	t.path = t.path[:len(t.path)-1]
	if len(t.path) > 0 {
		parent := t.path[len(t.path)-1].node
		t.low[parent] = min(t.low[parent], t.low[node])
	}
	if t.low[node] < t.order[node] {
		return
	}
	for {
		last := t.stack[len(t.stack)-1]
		t.stack = t.stack[:len(t.stack)-1]
		t.component[last] = t.count
		if last == node {
			break
		}
	}
	t.count++
}
