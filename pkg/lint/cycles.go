package lint

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// edges returns for each Stage those that take Freight of an origin from it, and from
// no Warehouse. A Stage is not its own.
func (p *Project) edges(origin kargo.Origin) map[string][]string {
	edges := map[string][]string{}
	for _, r := range p.requests {
		if r.Origin != origin {
			continue
		}
		for _, upstream := range r.Sources.Upstreams() {
			if p.Stage(upstream) != nil && upstream != r.name() {
				edges[upstream] = append(edges[upstream], r.name())
			}
		}
	}
	return edges
}

// components returns the groups of two or more Stages that can all be reached from each
// other (Tarjan). Names are in the order of the Project.
func components(names []string, edges map[string][]string) [][]string {
	t := &tarjan{edges: edges, index: map[string]int{}, low: map[string]int{}, onStack: map[string]bool{}}
	for _, name := range names {
		if _, seen := t.index[name]; !seen {
			t.visit(name)
		}
	}
	for _, group := range t.groups {
		slices.SortFunc(group, func(a, b string) int { return slices.Index(names, a) - slices.Index(names, b) })
	}
	return t.groups
}

type tarjan struct {
	edges      map[string][]string
	index, low map[string]int
	stack      []string
	onStack    map[string]bool
	groups     [][]string
}

func (t *tarjan) visit(name string) {
	t.index[name] = len(t.index)
	t.low[name] = t.index[name]
	t.stack = append(t.stack, name)
	t.onStack[name] = true
	for _, next := range t.edges[name] {
		if _, seen := t.index[next]; !seen {
			t.visit(next)
			t.low[name] = min(t.low[name], t.low[next])
		} else if t.onStack[next] {
			t.low[name] = min(t.low[name], t.index[next])
		}
	}
	if t.low[name] != t.index[name] {
		return
	}
	at := slices.Index(t.stack, name)
	group := slices.Clone(t.stack[at:])
	t.stack = t.stack[:at]
	for _, member := range group {
		t.onStack[member] = false
	}
	if len(group) > 1 {
		t.groups = append(t.groups, group)
	}
}

// shortestCycle returns a shortest way from a Stage back to itself within its group,
// without the return.
func shortestCycle(from string, group []string, edges map[string][]string) []string {
	cameFrom := map[string]string{}
	queue := []string{from}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, next := range edges[at] {
			if next == from {
				way := []string{at}
				for at != from {
					at = cameFrom[at]
					way = append(way, at)
				}
				slices.Reverse(way)
				return way
			}
			if _, seen := cameFrom[next]; !seen && slices.Contains(group, next) {
				cameFrom[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}
