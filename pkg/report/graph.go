package report

// KindGraph is the kind of a Graph.
const KindGraph = "PipelineGraph"

// Graph is what graph -o json prints: the pipeline of each Project as layers of nodes and
// the edges between them, with what runs where and what comes next.
type Graph struct {
	Header
	// Projects are ordered by name.
	Projects []GraphProject `json:"projects"`
}

// GraphProject is the pipeline of one Project.
type GraphProject struct {
	Name string `json:"name"`
	// Freight is the piece that was asked about; optional.
	Freight *GraphFreight `json:"freight,omitzero"`
	// Layers has the ids of the nodes, layer by layer, each from top to bottom.
	Layers [][]string `json:"layers"`
	// Nodes are ordered as the Stages of a Report are; what a Stage names stands before it.
	Nodes []GraphNode `json:"nodes"`
	Edges []GraphEdge `json:"edges"`
}

// GraphFreight names a piece of Freight.
type GraphFreight struct {
	Name   string `json:"name"`
	Alias  string `json:"alias"`
	Origin string `json:"origin"`
	// Artifacts are what the Freight contains, such as images with their tags.
	Artifacts []string `json:"artifacts"`
}

// The types of nodes.
const (
	WarehouseNode = "Warehouse"
	StageNode     = "Stage"
)

// GraphNode is a Warehouse or a Stage.
type GraphNode struct {
	// ID is the type and the name, such as Stage/prod.
	ID   string `json:"id"`
	Type string `json:"type"`
	Name string `json:"name"`
	// Missing says that a Stage names the node, and that there is no such object.
	Missing bool `json:"missing"`
	// Stage is what is known of a Stage that is there; optional.
	Stage *GraphStage `json:"stage,omitzero"`
}

// GraphStage is a Stage in the picture.
type GraphStage struct {
	ControlFlow   bool               `json:"controlFlow"`
	Requests      []Request          `json:"requests"`
	Current       []Current          `json:"current"`
	AutoPromotion GraphAutoPromotion `json:"autoPromotion"`
	// Available is the newest Freight that is available as configured, per origin; Blocked
	// is the newest that is not, if it is newer.
	Available Nullable[Freight] `json:"available"`
	Blocked   Nullable[Freight] `json:"blocked"`
	// Freight is the piece that was asked about, as this Stage sees it; optional, absent
	// where it does not concern the Stage.
	Freight *Freight `json:"freight,omitzero"`
}

// GraphAutoPromotion says whether Kargo promotes to the Stage by itself.
type GraphAutoPromotion struct {
	// Enabled is nil when it is not known.
	Enabled *bool `json:"enabled"`
	// Held lists origins.
	Held []string `json:"held"`
}

// GraphEdge says that a request of the Stage To takes Freight from the node From.
type GraphEdge struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Request is the index of the request.
	Request int    `json:"request"`
	Origin  string `json:"origin"`
	// Back says that the edge closes a cycle.
	Back bool `json:"back"`
	// Satisfied says whether the edge lets the Freight pass that was asked about; optional.
	Satisfied *bool `json:"satisfied,omitzero"`
	// Reason says why it does not, in the words of a Blocker; optional.
	Reason string `json:"reason,omitzero"`
}
