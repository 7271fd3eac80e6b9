package picture

import (
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// input is one input of a Stage and the Freight that was asked about.
type input struct {
	// from is the name of the Warehouse or Stage.
	from      string
	satisfied bool
	// why names it and says why it is not satisfied; "" where that is not known.
	why string
}

// inputs returns, by node, what each Stage takes the Freight from that was asked about.
func (p *Picture) inputs() [][]input {
	inputs := make([][]input, len(p.Project.Nodes))
	words := make([]map[blockerKey]string, len(p.Project.Nodes))
	for i := range p.Project.Edges {
		e, to := &p.Project.Edges[i], p.Graph.Edges[i].To
		if e.Satisfied == nil {
			continue
		}
		if words[to] == nil {
			words[to] = findings(p.node(to).Stage.Freight)
		}
		from := p.node(p.Graph.Edges[i].From)
		inputs[to] = append(inputs[to], input{term.Sanitize(from.Name), *e.Satisfied, words[to][blockerKey{from.Name, e.Request}]})
	}
	return inputs
}

// blockerKey identifies a blocker of one Stage.
type blockerKey struct {
	stage   string
	request int
}

// findings says why each upstream of a Stage is not satisfied.
func findings(f *report.Freight) map[blockerKey]string {
	words := map[blockerKey]string{}
	if f != nil {
		for i := range f.Blockers {
			b := &f.Blockers[i]
			words[blockerKey{b.Stage, b.Request}] = finding(b)
		}
	}
	return words
}

// maxInputs is how many inputs of one kind are named in a line.
const maxInputs = 4

// inputText says of each input whether it lets the Freight pass, and why not.
func (r *railsText) inputText(inputs []input) string {
	var open, shut []string
	for _, in := range inputs {
		switch {
		case in.satisfied:
			open = append(open, in.from)
		case in.why != "":
			shut = append(shut, in.why)
		default:
			shut = append(shut, in.from)
		}
	}
	var parts []string
	if len(open) > 0 {
		parts = append(parts, r.mark(true)+" "+strings.Join(atMost(open), ", "))
	}
	if len(shut) > 0 {
		parts = append(parts, r.mark(false)+" "+strings.Join(atMost(shut), "; "))
	}
	return strings.Join(parts, "; ")
}

// atMost names a few and counts the others.
func atMost(names []string) []string {
	if len(names) <= maxInputs {
		return names
	}
	return append(names[:maxInputs-1:maxInputs-1], fmt.Sprintf("%d more", len(names)-maxInputs+1))
}
