package lint

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
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
// other. Names are in the order of the Project.
func components(names []string, edges map[string][]string) [][]string {
	index := map[string]int{}
	for i, name := range names {
		index[name] = i
	}
	component, count := pipeline.Components(len(names), func(node int) []int {
		var next []int
		for _, name := range edges[names[node]] {
			next = append(next, index[name])
		}
		return next
	})
	groups := make([][]string, count)
	for i, name := range names {
		groups[component[i]] = append(groups[component[i]], name)
	}
	return slices.DeleteFunc(groups, func(group []string) bool { return len(group) < 2 })
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
