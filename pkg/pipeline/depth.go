package pipeline

import (
	"maps"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// depths returns how far each Stage is from the sources: the longest path over its
// upstreams, 0 where it names none that exist. Stages on a cycle share one depth.
func depths(stages map[string]*kargo.Stage) map[string]int {
	names := slices.Sorted(maps.Keys(stages))
	position := make(map[string]int, len(names))
	for i, name := range names {
		position[name] = i
	}
	upstreams := make([][]int, len(names))
	for i, name := range names {
		for _, request := range stages[name].Spec.RequestedFreight {
			for _, upstream := range request.Sources.Stages {
				if at, exists := position[upstream]; exists {
					upstreams[i] = append(upstreams[i], at)
				}
			}
		}
	}
	component, count := Components(len(names), func(node int) []int { return upstreams[node] })
	deep := make([]int, count)
	for _, node := range byComponent(component) {
		for _, upstream := range upstreams[node] {
			if component[upstream] != component[node] {
				deep[component[node]] = max(deep[component[node]], deep[component[upstream]]+1)
			}
		}
	}
	depth := make(map[string]int, len(names))
	for i, name := range names {
		depth[name] = deep[component[i]]
	}
	return depth
}

// byComponent returns the nodes in the order of their components' numbers.
func byComponent(component []int) []int {
	nodes := make([]int, len(component))
	for node := range nodes {
		nodes[node] = node
	}
	slices.SortStableFunc(nodes, func(a, b int) int { return component[a] - component[b] })
	return nodes
}
