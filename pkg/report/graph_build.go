package report

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// NewGraphProject returns the pipeline of a Project as it is drawn, with verdicts on one
// piece of Freight unless it is nil.
func NewGraphProject(e *avail.Evaluator, g *graph.Graph, freight *kargo.Freight) GraphProject {
	p := GraphProject{Name: e.Project().Name, Layers: layersOf(g), Nodes: make([]GraphNode, 0, len(g.Nodes)), Edges: make([]GraphEdge, 0, len(g.Edges))}
	if freight != nil {
		p.Freight = &GraphFreight{freight.Metadata.Name, freight.Alias, freight.Origin.String(), orEmpty(freight.Artifacts)}
	}
	origins := g.Origins()
	for i := range g.Nodes {
		node := graphNode(&g.Nodes[i])
		if g.Nodes[i].Stage != nil {
			node.Stage = graphStage(e, e.Stage(node.Name), origins, freight)
		}
		p.Nodes = append(p.Nodes, node)
	}
	b := &edgeBuilder{evaluator: e, nodes: p.Nodes, freight: freight}
	b.indexReasons()
	for i := range g.Edges {
		p.Edges = append(p.Edges, b.edge(&g.Edges[i]))
	}
	return p
}

func layersOf(g *graph.Graph) [][]string {
	layers := [][]string{}
	for _, vertexes := range g.Layers {
		var ids []string
		for _, vertex := range vertexes {
			if g.JointOf(vertex) == nil {
				ids = append(ids, graphNode(&g.Nodes[vertex]).ID)
			}
		}
		if len(ids) > 0 { // not a layer of joints
			layers = append(layers, ids)
		}
	}
	return layers
}

func graphNode(n *graph.Node) GraphNode {
	node := GraphNode{Type: StageNode, Name: n.Name, Missing: n.Kind == graph.MissingStage || n.Kind == graph.MissingWarehouse}
	if n.Kind == graph.Warehouse || n.Kind == graph.MissingWarehouse {
		node.Type = WarehouseNode
	}
	node.ID = node.Type + "/" + node.Name
	return node
}

func graphStage(e *avail.Evaluator, s *avail.Stage, origins []kargo.Origin, freight *kargo.Freight) *GraphStage {
	seen := view(e, s)
	stage := &GraphStage{
		ControlFlow: seen.ControlFlow, Requests: seen.Requests, Current: seen.Current,
		AutoPromotion: GraphAutoPromotion{seen.AutoPromotion.Enabled, seen.AutoPromotion.Held},
	}
	if e.Project().Unread(pipeline.Freight) {
		return stage
	}
	stage.Available, stage.Blocked = Nullable[Freight]{}, Nullable[Freight]{}
	for _, origin := range pipeline.Origins(s.Stage) {
		if !slices.Contains(origins, origin) {
			continue
		}
		available, blocked := newestOf(s, e.Project().FreightFrom(origin))
		if available != nil {
			stage.Available = append(stage.Available, *rowOf(s, available))
		}
		if blocked != nil {
			stage.Blocked = append(stage.Blocked, *rowOf(s, blocked))
		}
	}
	if freight != nil && concerns(s, freight) {
		stage.Freight = rowOf(s, freight)
	}
	return stage
}

// newestOf returns the newest piece of Freight that is available, and the newest that is
// not if it is newer; nil where there is none.
func newestOf(s *avail.Stage, newestFirst []*kargo.Freight) (available, blocked *kargo.Freight) {
	for _, f := range newestFirst {
		j := s.Judge(f)
		if j.Available[avail.Configured] {
			return f, blocked
		}
		if blocked == nil {
			blocked = f
		}
	}
	return nil, blocked
}

// concerns reports whether a piece of Freight may be promoted to a Stage, or is there.
func concerns(s *avail.Stage, f *kargo.Freight) bool {
	return s.Requests(f.Origin) || f.Status.ApprovedFor.Has(s.Metadata.Name) || s.RunsNow(f)
}

// rowOf is a piece of Freight as the Stage sees it.
func rowOf(s *avail.Stage, f *kargo.Freight) *Freight {
	row := freight(s.Project(), s, f)
	row.Blockers = blockers(s.Blockers(f))
	return &row
}

// edgeBuilder says of edges whether they let a piece of Freight pass.
type edgeBuilder struct {
	evaluator *avail.Evaluator
	nodes     []GraphNode
	freight   *kargo.Freight
	reasons   map[input]string
	satisfied map[input]bool
}

// input is an upstream of a request of the Stage that a node is.
type input struct {
	node, request int
	upstream      string
}

// indexReasons finds which inputs are satisfied, and why the others are not.
func (b *edgeBuilder) indexReasons() {
	b.reasons, b.satisfied = map[input]string{}, map[input]bool{}
	for i := range b.nodes {
		if b.freight != nil && b.nodes[i].Stage != nil {
			for _, decision := range b.evaluator.Stage(b.nodes[i].Name).Decide(b.freight) {
				for _, upstream := range decision.Upstreams {
					b.satisfied[input{i, decision.Request, upstream.Stage}] = upstream.Satisfied
				}
			}
		}
		if stage := b.nodes[i].Stage; stage != nil && stage.Freight != nil {
			for _, blocker := range stage.Freight.Blockers {
				b.reasons[input{i, blocker.Request, blocker.Stage}] = blocker.Reason
			}
		}
	}
}

func (b *edgeBuilder) edge(e *graph.Edge) GraphEdge {
	from, to := &b.nodes[e.From], &b.nodes[e.To]
	drawn := GraphEdge{From: from.ID, To: to.ID, Request: e.Request, Origin: e.Origin.String(), Back: e.Back}
	switch {
	case b.freight == nil || b.freight.Origin != e.Origin:
	case from.Type == WarehouseNode:
		drawn.Satisfied = new(true)
	default:
		drawn.Satisfied = new(b.satisfied[input{e.To, e.Request, from.Name}])
		drawn.Reason = b.reasons[input{e.To, e.Request, from.Name}]
	}
	return drawn
}

// SummaryOptions say how GraphSummary puts things.
type SummaryOptions struct {
	// Stage and Freight stand in for the names, so that sentences about several of them
	// can be the same.
	Stage, Freight string
	// Forecast says whether the Freight can ever be available, which takes longer to find.
	Forecast bool
	// Sentence writes the summary.
	Sentence func(stage *Stage, f *ExplainedFreight) string
}

// GraphSummary says in one sentence whether a piece of Freight is available to a Stage and
// why, as an Explanation does; "" where it does not concern the Stage.
func GraphSummary(s *avail.Stage, f *kargo.Freight, o SummaryOptions) string {
	if !concerns(s, f) {
		return ""
	}
	explained := ExplainedFreight{Freight: *rowOf(s, f), Checks: checks(s, f)}
	explained.Alias = o.Freight
	if o.Forecast {
		explained.Forecast.Available = outlooks(s.Forecast(f).Available)
	}
	stage := explainedAs(s)
	stage.Name = o.Stage
	return o.Sentence(stage, &explained)
}
