package picture

import (
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// heading says what the picture shows.
func (p *Picture) heading() string {
	text := "Project " + term.Sanitize(p.Project.Name)
	if f := p.Project.Freight; f != nil {
		text += ", Freight " + describe.Freight(f.Alias, f.Name)
	}
	return text
}

// lines are what a box says of a node, one below the other.
func (p *Picture) lines(i int) []string {
	node := p.node(i)
	lines := []string{stageName(node), p.takes(node)}
	stage := node.Stage
	switch {
	case stage == nil:
		return lines
	case p.Project.Freight != nil:
		return append(lines, p.stateLine(stage)...)
	}
	if runs := p.runs(stage); runs != "" {
		lines = append(lines, "● "+runs)
	}
	if list := next(stage); len(list) > 0 {
		lines = append(lines, "✔ "+titles(list))
	}
	if len(stage.Blocked) > 0 {
		lines = append(lines, "✖ "+titles(stage.Blocked))
	}
	return lines
}

// stateLine says what holds of the Freight that was asked about, and why it is blocked.
func (p *Picture) stateLine(stage *report.GraphStage) []string {
	switch stateOf(stage) {
	case NotConcerned:
		return nil
	case Running:
		return []string{"● " + stateText(stage)}
	case Blocked:
		return []string{"✖ blocked", reason(stage, stage.Freight)}
	default:
		return []string{"✔ " + stateText(stage)}
	}
}

// passing says whether a line lets the Freight pass that was asked about.
type passing uint8

const (
	notAsked passing = iota
	passesAll
	passesSome
	passesNone
)

// passes asks the edges that run along a line of a graph: the Picture's, or one that was
// folded from it.
func (p *Picture) passes(g *graph.Graph, line *graph.Line) passing {
	if g != p.Graph || p.Project.Freight == nil {
		return notAsked
	}
	open, shut := 0, 0
	for _, e := range line.Edges {
		switch satisfied := p.Project.Edges[e].Satisfied; {
		case satisfied == nil:
		case *satisfied:
			open++
		default:
			shut++
		}
	}
	switch {
	case open+shut == 0:
		return notAsked
	case shut == 0:
		return passesAll
	case open == 0:
		return passesNone
	default:
		return passesSome
	}
}
