package picture

import (
	"fmt"
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Changes writes the part of a pipeline that changes as a Mermaid flowchart: what is added
// is green and its lines thick, what is removed red and its lines dotted. tooLarge says that
// GitHub and GitLab will not draw it.
func Changes(w io.Writer, project string, d *report.DiffPicture) (tooLarge bool, err error) {
	var b strings.Builder
	fmt.Fprintf(&b, "flowchart LR\n  %%%% What changes in Project %s\n", mermaidComment(term.Sanitize(project)))
	number := make(map[string]int, len(d.Nodes))
	for i := range d.Nodes {
		number[d.Nodes[i].ID] = i
		changedNode(&b, i, &d.Nodes[i])
	}
	for _, edge := range d.Edges {
		arrow := "-->"
		switch edge.Change {
		case change.Added:
			arrow = "==>|added|"
		case change.Removed:
			arrow = "-.->|removed|"
		case change.Modified:
		}
		fmt.Fprintf(&b, "  n%d %s n%d\n", number[edge.From], arrow, number[edge.To])
	}
	b.WriteString("  classDef added stroke:#1a7f37,stroke-width:2px\n  classDef removed stroke:#cf222e,stroke-width:2px,stroke-dasharray:5 3\n" +
		"  classDef changed stroke:#9a6700,stroke-width:2px\n")
	_, err = io.WriteString(w, b.String())
	return len(d.Edges) > mermaidEdges || b.Len() > mermaidCharacters, err
}

// changedNode writes a box.
func changedNode(b *strings.Builder, i int, node *report.DiffNode) {
	lines := []string{mermaidText(term.Sanitize(node.Name))}
	switch {
	case node.Missing:
		lines[0] += " (no such Stage)"
	case node.Change == change.Added, node.Change == change.Removed:
		lines[0] += " (" + string(node.Change) + ")"
	}
	if node.Rule != "" {
		lines = append(lines, mermaidText(node.Rule))
	}
	left, right, class := "[", "]", ""
	switch {
	case node.Kind == kargo.KindWarehouse:
		left, right = "([", "])"
	case node.ControlFlow:
		left, right = "{{", "}}"
	}
	if node.Change != "" {
		class = ":::" + string(node.Change)
	}
	fmt.Fprintf(b, "  n%d%s\"%s\"%s%s\n", i, left, strings.Join(lines, "<br/>"), right, class)
}
