package graph

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// builder collects the nodes and edges of a graph.
type builder struct {
	*Graph
	project *pipeline.Project
	stages  map[string]int
	origins map[kargo.Origin]int
}

// addNodes adds the selected Stages, what they name, and the edges between them.
func (g *Graph) addNodes(project *pipeline.Project, selection Selection) {
	b := &builder{Graph: g, project: project, stages: map[string]int{}, origins: map[kargo.Origin]int{}}
	selected := selectStages(project, selection)
	for _, stage := range selected { // first, so that a Stage is not taken for missing
		b.stages[stage.Metadata.Name] = -1
	}
	for _, stage := range selected {
		b.addStage(stage, selection)
	}
	for i := range g.Edges {
		if g.Edges[i].From < 0 { // of a Stage that came later
			g.Edges[i].From = b.stages[b.nameOf(&g.Edges[i], -1-g.Edges[i].From)]
		}
	}
}

// nameOf returns the upstream of this index in the edge's request.
func (b *builder) nameOf(e *Edge, upstream int) string {
	return b.Nodes[e.To].Stage.Spec.RequestedFreight[e.Request].Sources.Upstreams()[upstream]
}

// addStage adds a Stage after what it names, as far as that has no place yet.
func (b *builder) addStage(stage *kargo.Stage, selection Selection) {
	first := len(b.Edges)
	for i := range stage.Spec.RequestedFreight {
		request := &stage.Spec.RequestedFreight[i]
		if !selection.has(request.Origin) {
			continue
		}
		if request.Sources.Direct {
			b.Edges = append(b.Edges, Edge{From: b.warehouse(request.Origin), Request: i, Origin: request.Origin})
		}
		for u, name := range request.Sources.Upstreams() {
			from := b.upstream(name)
			if from < 0 {
				from = -1 - u
			}
			b.Edges = append(b.Edges, Edge{From: from, Request: i, Origin: request.Origin})
		}
	}
	kind := Stage
	if stage.IsControlFlow() {
		kind = ControlFlowStage
	}
	to := b.add(Node{Kind: kind, Name: stage.Metadata.Name, Stage: stage})
	b.stages[stage.Metadata.Name] = to
	for i := first; i < len(b.Edges); i++ {
		b.Edges[i].To = to
	}
}

func (b *builder) add(node Node) int {
	b.Nodes = append(b.Nodes, node)
	return len(b.Nodes) - 1
}

func (b *builder) warehouse(origin kargo.Origin) int {
	node, known := b.origins[origin]
	if !known {
		kind, name := Warehouse, origin.Name
		if origin.Kind != kargo.KindWarehouse {
			kind, name = MissingWarehouse, origin.String()
		} else if !b.project.HasWarehouse(name) && !b.project.Unread(pipeline.Warehouses) {
			kind = MissingWarehouse
		}
		node = b.add(Node{Kind: kind, Name: name})
		b.origins[origin] = node
	}
	return node
}

// upstream returns the node of a Stage, negative for one that is still to be added.
func (b *builder) upstream(name string) int {
	node, known := b.stages[name]
	if !known {
		node = b.add(Node{Kind: MissingStage, Name: name})
		b.stages[name] = node
	}
	return node
}

// has reports whether edges of the origin are drawn.
func (s Selection) has(origin kargo.Origin) bool {
	return len(s.Warehouses) == 0 || slices.Contains(s.Warehouses, origin.Name)
}

// selectStages returns, in their order, the Stages that are drawn.
func selectStages(project *pipeline.Project, selection Selection) []*kargo.Stage {
	var stages, chosen []*kargo.Stage
	for _, stage := range project.Stages {
		if len(selection.Warehouses) > 0 && !slices.ContainsFunc(stage.Spec.RequestedFreight, func(r kargo.Request) bool { return selection.has(r.Origin) }) {
			continue
		}
		stages = append(stages, stage)
		if selection.Stages != nil && selection.Stages(stage) {
			chosen = append(chosen, stage)
		}
	}
	if selection.Stages == nil {
		return stages
	}
	up, down := neighbors(stages, selection)
	keep := map[string]bool{}
	for _, next := range []map[string][]string{up, down} {
		for name := range reach(chosen, next) {
			keep[name] = true
		}
	}
	return slices.DeleteFunc(stages, func(s *kargo.Stage) bool { return !keep[s.Metadata.Name] })
}

// neighbors returns, by the name of a Stage, those upstream and those downstream of it.
func neighbors(stages []*kargo.Stage, selection Selection) (up, down map[string][]string) {
	up, down = map[string][]string{}, map[string][]string{}
	for _, stage := range stages {
		name := stage.Metadata.Name
		for _, request := range stage.Spec.RequestedFreight {
			if !selection.has(request.Origin) {
				continue
			}
			for _, upstream := range request.Sources.Upstreams() {
				up[name] = append(up[name], upstream)
				down[upstream] = append(down[upstream], name)
			}
		}
	}
	return up, down
}

// reach returns the names that can be reached from Stages, their own among them.
func reach(from []*kargo.Stage, next map[string][]string) map[string]bool {
	seen := map[string]bool{}
	var queue []string
	for _, stage := range from {
		seen[stage.Metadata.Name] = true
		queue = append(queue, stage.Metadata.Name)
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, name := range next[queue[0]] {
			if !seen[name] {
				seen[name] = true
				queue = append(queue, name)
			}
		}
	}
	return seen
}
