package picture

import (
	"fmt"
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// DOT writes the pictures as graphs for Graphviz, one after the other.
func DOT(w io.Writer, pictures []Picture) error {
	for i := range pictures {
		if _, err := io.WriteString(w, pictures[i].dot()); err != nil {
			return err
		}
	}
	return nil
}

func (p *Picture) dot() string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n", quoteDOT(p.Project.Name))
	b.WriteString("  rankdir=LR\n  node [shape=box style=rounded fontname=\"Helvetica\" fontsize=10]\n  edge [fontname=\"Helvetica\" fontsize=9]\n")
	for i := range p.Graph.Nodes {
		fmt.Fprintf(&b, "  %s [label=%s%s]\n", quoteDOT(p.node(i).ID), quoteDOT(strings.Join(p.lines(i), "\n")), p.dotNode(p.node(i)))
	}
	for i := range p.Graph.Joints {
		fmt.Fprintf(&b, "  %s [shape=point width=0.08 label=\"\"]\n", p.dotID(len(p.Graph.Nodes)+i))
	}
	for i := range p.Graph.Lines {
		line := &p.Graph.Lines[i]
		fmt.Fprintf(&b, "  %s -> %s%s\n", p.dotID(line.From), p.dotID(line.To), p.dotLine(line))
	}
	b.WriteString("}\n")
	return b.String()
}

// dotID names a vertex. Ids of nodes have a slash, those of joints have none.
func (p *Picture) dotID(vertex int) string {
	if p.Graph.JointOf(vertex) != nil {
		return fmt.Sprintf("joint%d", vertex-len(p.Graph.Nodes))
	}
	return quoteDOT(p.node(vertex).ID)
}

func (p *Picture) dotNode(node *report.GraphNode) string {
	attributes := ""
	switch {
	case node.Type == report.WarehouseNode:
		attributes = " shape=ellipse style=solid"
	case node.Stage != nil && node.Stage.ControlFlow:
		attributes = " shape=hexagon style=solid"
	}
	switch state := stateOf(node.Stage); {
	case node.Missing:
		return attributes + " style=dotted color=\"#9a6700\""
	case state == Blocked:
		return attributes + " style=dashed color=\"#cf222e\""
	case state != NotConcerned:
		return attributes + " color=\"#1a7f37\" penwidth=2"
	default:
		return attributes
	}
}

func (p *Picture) dotLine(line *graph.Line) string {
	var attributes []string
	switch p.passes(p.Graph, line) {
	case passesAll:
		attributes = append(attributes, "color=\"#1a7f37\" penwidth=2")
	case passesNone:
		attributes = append(attributes, "color=\"#cf222e\" style=dashed")
	case passesSome, notAsked:
	}
	if line.Back {
		attributes = append(attributes, "style=dotted constraint=false")
	}
	if p.Graph.JointOf(line.To) != nil {
		attributes = append(attributes, "arrowhead=none")
	}
	if p.severalOrigins() {
		attributes = append(attributes, "label="+quoteDOT(originName(line.Origin.String())))
	}
	if len(attributes) == 0 {
		return ""
	}
	return " [" + strings.Join(attributes, " ") + "]"
}

// quoteDOT writes text as a quoted id of the DOT language that means the text itself, also
// in labels, where a backslash and a character stand for something else.
func quoteDOT(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(term.Sanitize(lines[i]))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}
