package picture

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Style is how text looks. The zero value is for a pipe: ASCII, nothing wrapped or folded.
type Style struct {
	term.Style
	// Expand gives each Stage a line of its own, also where Stages are alike.
	Expand bool
}

// Rails writes the pipeline with a line per Stage and its lanes on the left.
func (p *Picture) Rails(w io.Writer, style Style) error {
	r := &railsText{Picture: p, style: style, graph: p.Graph, from: p.inputs()}
	r.fold()
	for _, row := range r.graph.Rails() {
		r.rows = append(r.rows, r.row(row))
	}
	r.limitLanes()
	out := bufio.NewWriter(w) // what cannot be written is told by Flush
	r.write(out)
	return out.Flush()
}

// leastAlike is how many Stages share a line at the least.
const leastAlike = 3

// railsText is the text under construction.
type railsText struct {
	*Picture
	style Style
	// graph is the Picture's, folded; members are the nodes of the Picture by those of it.
	graph   *graph.Graph
	members [][]int
	rows    []railsRow
	from    [][]input
}

// railsRow is one row. That of a joint has no fields.
type railsRow struct {
	lanes string
	// below continues the lanes in the lines that follow.
	below  string
	fields []string
	kind   State
}

// fold makes Stages one that are alike, if that is wanted.
func (r *railsText) fold() {
	if !r.style.Terminal || r.style.Expand {
		for i := range r.Graph.Nodes {
			r.members = append(r.members, []int{i})
		}
		return
	}
	r.graph, r.members = r.Graph.Fold(leastAlike, func(i int) string {
		node := r.node(i)
		if node.Stage == nil {
			return node.ID
		}
		_, auto, _ := strings.Cut(stageName(node), " ")
		return auto + "\x00" + strings.Join(r.fields(i)[1:], "\x00")
	})
}

// headers are the columns, in the order of fields.
func (r *railsText) headers() []string {
	if r.Project.Freight != nil {
		return []string{"STAGE", "TAKES", "FREIGHT", "FROM"}
	}
	return []string{"STAGE", "TAKES", "RUNS", "NEXT", "BLOCKED"}
}

func (r *railsText) row(row graph.Row) railsRow {
	text := railsRow{below: r.below(row)}
	if r.graph.JointOf(row.Vertex) != nil {
		text.lanes = r.lanes(row, "")
		return text
	}
	members := r.members[row.Vertex]
	node := r.node(members[0])
	text.lanes, text.kind = r.lanes(row, r.glyph(node)), stateOf(node.Stage)
	text.fields = r.fields(members[0])
	text.fields[0] = r.names(members)
	return text
}

// maxNames is how wide the names of Stages that share a line may be.
const maxNames = 24

// names lists the Stages that share a line.
func (r *railsText) names(members []int) string {
	var names []string
	for _, i := range members {
		names = append(names, term.Sanitize(r.node(i).Name))
	}
	_, auto, marked := strings.Cut(stageName(r.node(members[0])), " (")
	text := strings.Join(names, ", ")
	if len(names) > 1 && term.Width(text) > maxNames {
		text = fmt.Sprintf("%s and %d alike", names[0], len(names)-1)
	}
	if marked {
		text += " (" + auto
	}
	return text
}

// fields are the cells of a node.
func (r *railsText) fields(i int) []string {
	node := r.node(i)
	if node.Stage == nil {
		return append([]string{stageName(node), r.takes(node)}, make([]string, len(r.headers())-2)...)
	}
	if r.Project.Freight != nil {
		return []string{stageName(node), r.takes(node), r.state(node.Stage), r.inputText(r.from[i])}
	}
	stage := node.Stage
	if stage.Available == nil { // Freight could not be read
		return []string{stageName(node), r.takes(node), r.runs(stage), "?", ""}
	}
	return []string{stageName(node), r.takes(node), r.runs(stage), titles(next(stage)), r.blocked(stage)}
}

// blocked names the newest Freight that is not available, and why.
func (r *railsText) blocked(stage *report.GraphStage) string {
	var parts []string
	for i := range stage.Blocked {
		f := &stage.Blocked[i]
		parts = append(parts, title(f)+": "+reason(stage, f))
	}
	return strings.Join(parts, "; ")
}

// state says what holds of the Freight that was asked about.
func (r *railsText) state(stage *report.GraphStage) string {
	text := stateText(stage)
	if text == "" {
		return "-"
	}
	return r.mark(stage.Freight.Available.Configured) + " " + text
}

// mark says whether something holds.
func (r *railsText) mark(yes bool) string {
	switch {
	case r.style.Glyphs && yes:
		return "✔"
	case r.style.Glyphs:
		return "✖"
	case yes:
		return "[x]"
	default:
		return "[ ]"
	}
}

// glyph draws a node.
func (r *railsText) glyph(node *report.GraphNode) string {
	glyphs := [...]string{"W", "o", "x", "?"}
	if r.style.Glyphs {
		glyphs = [...]string{"◇", "●", "◆", "?"}
	}
	switch {
	case node.Missing:
		return glyphs[3]
	case node.Type == report.WarehouseNode:
		return glyphs[0]
	case node.Stage.ControlFlow:
		return glyphs[2]
	default:
		return glyphs[1]
	}
}

// limitLanes leaves the lanes out where they take more than a third of the terminal.
func (r *railsText) limitLanes() {
	most := 0
	for i := range r.rows {
		most = max(most, term.Width(r.rows[i].lanes))
	}
	limit := maxLanes
	if r.style.Terminal && r.style.Width > 0 {
		limit = max(r.style.Width/3, minLanes)
	}
	if most <= limit {
		return
	}
	r.rows = slices.DeleteFunc(r.rows, func(row railsRow) bool { return row.fields == nil })
	for i := range r.rows {
		r.rows[i].lanes, r.rows[i].below = r.plain(r.rows[i].lanes), ""
	}
}

const (
	// maxLanes is how wide lanes may be where the width is not limited, minLanes how wide
	// they may be everywhere.
	maxLanes = 120
	minLanes = 15
)

// plain returns the glyph among lanes.
func (r *railsText) plain(lanes string) string {
	for _, c := range lanes {
		if strings.ContainsRune("◇●◆?Wox", c) {
			return string(c)
		}
	}
	return ""
}
