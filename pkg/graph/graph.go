// Package graph lays out one pipeline: its Warehouses and Stages in layers from left to
// right, what connects them, and where each is drawn. It is pure and deterministic, and
// it judges nothing.
package graph

import (
	"cmp"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Kind is what a Node stands for.
type Kind uint8

// The kinds of nodes. The last two are named by a Stage and are not there.
const (
	Warehouse Kind = iota
	Stage
	ControlFlowStage
	MissingStage
	MissingWarehouse
)

// IsStage reports whether the node is a Stage that is there.
func (k Kind) IsStage() bool { return k == Stage || k == ControlFlowStage }

// Node is a Warehouse or a Stage.
type Node struct {
	Kind Kind
	// Name is the Stage's, or the Warehouse's as its origin names it.
	Name string
	// Stage is nil for all but Stages that are there.
	Stage *kargo.Stage
}

// Edge says that one request of a Stage takes Freight from a Warehouse or from an
// upstream Stage.
type Edge struct {
	// From and To are indexes of Nodes.
	From, To int
	// Request is the index of the request.
	Request int
	Origin  kargo.Origin
	// Back says that the edge closes a cycle: it runs against the layers.
	Back bool
	// Line is the index of the last of the Lines that draw the edge.
	Line int
}

// Line is what is drawn from one vertex to another. Vertexes are the Nodes, by their
// index, and after them the Joints.
type Line struct {
	From, To int
	Origin   kargo.Origin
	Back     bool
	// Edges are the indexes of the edges that run along the line.
	Edges []int
}

// Joint stands between the upstreams and the Stages of several requests that name the
// same upstreams, so that they need m + n lines and not m times n.
type Joint struct {
	Origin kargo.Origin
	// From and To are indexes of Nodes.
	From, To []int
}

// Graph is a pipeline, ready to be drawn.
type Graph struct {
	// Nodes are ordered as the Project's Stages are; what a Stage names stands before it.
	Nodes  []Node
	Edges  []Edge
	Joints []Joint
	Lines  []Line
	// Layers has the vertexes of each layer from top to bottom. Joints may have layers of
	// their own.
	Layers [][]int
	// Layer is the layer of each vertex.
	Layer []int
	// layered holds what Layers was made from.
	layered *layered
}

// Selection says what of a Project is drawn. The zero value draws all of it.
type Selection struct {
	// Stages, unless it is nil, selects Stages; all that is upstream and downstream of
	// them is drawn with them.
	Stages func(*kargo.Stage) bool
	// Warehouses are the names of the origins whose edges are drawn; none are all.
	Warehouses []string
}

// New returns the graph of a Project.
func New(project *pipeline.Project, selection Selection) *Graph {
	g := &Graph{}
	g.addNodes(project, selection)
	g.findCycles()
	g.connect()
	g.layered = newLayered(g)
	g.layered.order()
	g.Layers, g.Layer = g.layered.result()
	return g
}

// Vertexes returns how many vertexes there are.
func (g *Graph) Vertexes() int { return len(g.Nodes) + len(g.Joints) }

// JointOf returns the Joint that a vertex is, nil when it is a Node.
func (g *Graph) JointOf(vertex int) *Joint {
	if vertex < len(g.Nodes) {
		return nil
	}
	return &g.Joints[vertex-len(g.Nodes)]
}

// Origins returns the origins of the edges, by name. It asks the lines, of which there are
// far fewer where there are joints.
func (g *Graph) Origins() []kargo.Origin {
	var origins []kargo.Origin
	for i := range g.Lines {
		if origin := g.Lines[i].Origin; !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	slices.SortFunc(origins, func(a, b kargo.Origin) int { return cmp.Compare(a.String(), b.String()) })
	return origins
}

// Crossings returns how many pairs of lines cross.
func (g *Graph) Crossings() int { return g.layered.crossings() }
