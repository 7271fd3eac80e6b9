package pipeline

import (
	"maps"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// depths returns how far each Stage is from the sources: the longest path over
// its upstreams, 0 where it names none that exist. Stages on a cycle share one
// depth.
func depths(stages map[string]*kargo.Stage) map[string]int {
	w := &walk{stages: stages, index: map[string]int{}, low: map[string]int{}, onStack: map[string]bool{}, depth: map[string]int{}}
	for _, name := range slices.Sorted(maps.Keys(stages)) {
		if _, seen := w.index[name]; !seen {
			w.visit(name)
		}
	}
	return w.depth
}

// walk is Tarjan's search for strongly connected components. It finishes a
// component only after all that lies upstream of it, so that a component's depth
// is known from its upstreams at that moment.
type walk struct {
	stages     map[string]*kargo.Stage
	index, low map[string]int
	stack      []string
	onStack    map[string]bool
	depth      map[string]int
}

func (w *walk) visit(name string) {
	w.index[name] = len(w.index)
	w.low[name] = w.index[name]
	w.stack = append(w.stack, name)
	w.onStack[name] = true
	for _, up := range w.upstreams(name) {
		if _, seen := w.index[up]; !seen {
			w.visit(up)
			w.low[name] = min(w.low[name], w.low[up])
		} else if w.onStack[up] {
			w.low[name] = min(w.low[name], w.index[up])
		}
	}
	if w.low[name] == w.index[name] {
		w.finish(name)
	}
}

// finish pops the component that was entered at name and gives it its depth.
func (w *walk) finish(name string) {
	start := slices.Index(w.stack, name)
	component := slices.Clone(w.stack[start:])
	w.stack = w.stack[:start]
	depth := 0
	for _, member := range component {
		w.onStack[member] = false
		for _, up := range w.upstreams(member) {
			if d, done := w.depth[up]; done {
				depth = max(depth, d+1)
			}
		}
	}
	for _, member := range component {
		w.depth[member] = depth
	}
}

// upstreams returns the existing Stages that name takes Freight from.
func (w *walk) upstreams(name string) []string {
	var names []string
	for _, request := range w.stages[name].Spec.RequestedFreight {
		for _, up := range request.Sources.Stages {
			if w.stages[up] != nil {
				names = append(names, up)
			}
		}
	}
	return names
}
