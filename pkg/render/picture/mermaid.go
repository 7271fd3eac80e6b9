package picture

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// What GitHub and GitLab let Mermaid draw.
const (
	mermaidEdges      = 500
	mermaidCharacters = 50_000
)

// Mermaid writes the pictures as Mermaid flowcharts, one after the other. Where a picture
// is larger than GitHub and GitLab draw, Stages that are alike share a box, which a comment
// says; tooLarge then says whether it is still too large.
func Mermaid(w io.Writer, pictures []Picture) (tooLarge bool, err error) {
	for i := range pictures {
		text, large := pictures[i].mermaid()
		tooLarge = tooLarge || large
		if _, err := io.WriteString(w, text); err != nil {
			return tooLarge, err
		}
	}
	return tooLarge, nil
}

func (p *Picture) mermaid() (text string, tooLarge bool) {
	var each [][]int
	for i := range p.Graph.Nodes {
		each = append(each, []int{i})
	}
	text = p.flowchart(p.Graph, each, "")
	if !mermaidTooLarge(p.Graph, text) {
		return text, false
	}
	folded, members := p.Graph.Fold(2, p.alikeKey)
	text = p.flowchart(folded, members, "Stages that are alike share a box, as Mermaid draws no more than 500 edges and 50,000 characters.")
	return text, mermaidTooLarge(folded, text)
}

func mermaidTooLarge(g *graph.Graph, text string) bool {
	return len(g.Lines) > mermaidEdges || len(text) > mermaidCharacters
}

// alikeKey is the same for nodes that may share a box.
func (p *Picture) alikeKey(i int) string {
	node := p.node(i)
	if node.Stage == nil {
		return node.ID
	}
	return strings.Join(p.lines(i), "\x00")
}

// flowchart writes one picture.
func (p *Picture) flowchart(g *graph.Graph, members [][]int, note string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "flowchart LR\n  %%%% %s\n", mermaidComment(p.heading()))
	if note != "" {
		fmt.Fprintf(&b, "  %%%% %s\n", note)
	}
	for i := range g.Nodes {
		p.mermaidNode(&b, i, members[i])
	}
	for i := range g.Joints {
		fmt.Fprintf(&b, "  n%d((\" \")):::joint\n", len(g.Nodes)+i)
	}
	for i := range g.Lines {
		p.mermaidLine(&b, g, &g.Lines[i])
	}
	b.WriteString("  classDef yes stroke:#1a7f37,stroke-width:2px\n  classDef no stroke:#cf222e,stroke-width:2px,stroke-dasharray:5 3\n" +
		"  classDef missing stroke:#9a6700,stroke-dasharray:2 2\n  classDef joint fill:#57606a,stroke:#57606a\n")
	return b.String()
}

// mermaidNode writes a box: a Warehouse as a stadium, a control-flow Stage as a hexagon.
func (p *Picture) mermaidNode(b *strings.Builder, i int, members []int) {
	node := p.node(members[0])
	lines := p.lines(members[0])
	if len(members) > 1 {
		lines[0] += fmt.Sprintf(" and %d alike", len(members)-1)
	}
	for l := range lines {
		lines[l] = mermaidText(lines[l])
	}
	left, right, class := "[", "]", ""
	switch {
	case node.Type == report.WarehouseNode:
		left, right = "([", "])"
	case node.Stage != nil && node.Stage.ControlFlow:
		left, right = "{{", "}}"
	}
	switch state := stateOf(node.Stage); {
	case node.Missing:
		class = ":::missing"
	case state == Blocked:
		class = ":::no"
	case state != NotConcerned:
		class = ":::yes"
	}
	fmt.Fprintf(b, "  n%d%s\"%s\"%s%s\n", i, left, strings.Join(lines, "<br/>"), right, class)
}

// mermaidLine writes a line: thick where it lets the Freight pass that was asked about,
// dotted where it does not or closes a cycle.
func (p *Picture) mermaidLine(b *strings.Builder, g *graph.Graph, line *graph.Line) {
	arrow := "-->"
	switch p.passes(g, line) {
	case passesAll:
		arrow = "==>"
	case passesNone:
		arrow = "-.->"
	case passesSome, notAsked:
	}
	label := ""
	if line.Back {
		arrow, label = "-.->", "back"
	}
	if len(p.Graph.Origins()) > 1 {
		label = strings.TrimSpace(label + " " + originName(line.Origin.String()))
	}
	if label != "" {
		label = "|\"" + mermaidText(term.Sanitize(label)) + "\"|"
	}
	fmt.Fprintf(b, "  n%d %s%s n%d\n", line.From, arrow, label, line.To)
}

// mermaidText escapes text for a quoted label: whatever Mermaid, Markdown or HTML may
// give a meaning becomes an entity, which Mermaid writes with # and a decimal number.
func mermaidText(text string) string {
	var b strings.Builder
	for _, c := range text {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune(" .,-/()✔✖●?→", c) {
			b.WriteRune(c)
		} else {
			b.WriteString("#" + strconv.Itoa(int(c)) + ";")
		}
	}
	return b.String()
}

// mermaidComment keeps a comment from being taken for a directive.
func mermaidComment(text string) string {
	return strings.NewReplacer("{", "(", "}", ")", "%", "").Replace(text)
}
