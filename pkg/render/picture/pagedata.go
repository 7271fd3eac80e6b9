package picture

import (
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// pageData is what the page's script knows of one Project. Texts that repeat are given once,
// in Strings.
type pageData struct {
	Name     string        `json:"name"`
	Argument string        `json:"argument"`
	Strings  []string      `json:"strings"`
	Nodes    []pageNode    `json:"nodes"`
	Edges    [][2]int      `json:"edges"`
	Lines    []int         `json:"lines"`
	Freight  []pageFreight `json:"freight"`
	Selected *int          `json:"selected,omitzero"`

	index map[string]int
}

type pageNode struct {
	Name     string `json:"name"`
	Plain    string `json:"plain"`
	Kind     string `json:"kind"`
	Argument string `json:"argument,omitzero"`
	Takes    string `json:"takes,omitzero"`
	Stage    bool   `json:"stage,omitzero"`
	Gate     bool   `json:"gate,omitzero"`
	Overview string `json:"overview,omitzero"`
	Runs     string `json:"runs,omitzero"`
	Next     string `json:"next,omitzero"`
	Blocked  string `json:"blocked,omitzero"`
	Layer    int    `json:"layer"`
	Y        int    `json:"y"`
	Room     int    `json:"room"`
}

// pageFreight is one piece of Freight. Its texts and lists have an entry per node or line.
type pageFreight struct {
	Title    string `json:"title"`
	Label    string `json:"label"`
	Argument string `json:"argument"`
	States   string `json:"states"`
	Flags    []int  `json:"flags"`
	Why      []int  `json:"why"`
	Explain  []int  `json:"explain"`
	Lines    string `json:"lines"`
}

func (p *PageProject) data(d *drawing) *pageData {
	data := &pageData{
		Name: term.Sanitize(p.Project.Name), Argument: argument(p.Project.Name),
		Nodes: []pageNode{}, Edges: [][2]int{}, Lines: []int{}, Freight: []pageFreight{}, index: map[string]int{},
	}
	data.text("")
	if p.Selected >= 0 {
		data.Selected = &p.Selected
	}
	for i := range p.Graph.Nodes {
		data.Nodes = append(data.Nodes, p.pageNode(d, i))
	}
	for i := range p.Graph.Edges {
		data.Edges = append(data.Edges, [2]int{p.Graph.Edges[i].From, p.Graph.Edges[i].To})
	}
	for i := range p.Graph.Lines {
		data.Lines = append(data.Lines, p.Graph.Lines[i].To)
	}
	for i := range p.Freight {
		data.Freight = append(data.Freight, p.pageFreight(data, &p.Freight[i]))
	}
	return data
}

// text returns the index of a text in Strings.
func (d *pageData) text(text string) int {
	i, known := d.index[text]
	if !known {
		i = len(d.Strings)
		d.index[text] = i
		d.Strings = append(d.Strings, text)
	}
	return i
}

func (p *PageProject) pageNode(d *drawing, i int) pageNode {
	node := p.node(i)
	drawn := pageNode{Name: stageName(node), Plain: term.Sanitize(node.Name), Kind: kindName(node), Layer: p.Graph.Layer[i], Y: int(d.layout.Boxes[i].Middle()), Room: d.room(i)}
	if node.Type != report.WarehouseNode || node.Missing {
		drawn.Takes = p.takes(node)
	}
	if stage := node.Stage; stage != nil {
		drawn.Stage, drawn.Gate, drawn.Argument = true, stage.ControlFlow, argument(node.Name)
		drawn.Runs, drawn.Next, drawn.Blocked = p.runs(stage), titles(next(stage)), titles(stage.Blocked)
		if drawn.Runs != "" {
			drawn.Overview = "● " + drawn.Runs
		}
	}
	return drawn
}

func (p *PageProject) pageFreight(data *pageData, judged *Judged) pageFreight {
	f := judged.Project.Freight
	drawn := pageFreight{
		Title: describe.Freight(f.Alias, f.Name), Label: freightLabel(f, p.severalOrigins()), Argument: argument(f.Name),
		Flags: []int{}, Why: []int{}, Explain: []int{},
	}
	picture := Picture{Graph: p.Graph, Project: judged.Project}
	var states, lines []byte
	for i := range p.Graph.Nodes {
		stage := judged.Project.Nodes[i].Stage
		code, flags := stateCode(stage)
		why := ""
		if code == 'b' {
			why = reason(stage, stage.Freight)
		}
		states = append(states, code)
		drawn.Flags = append(drawn.Flags, flags)
		drawn.Why = append(drawn.Why, data.text(why))
		drawn.Explain = append(drawn.Explain, data.text(judged.Explain[i]))
	}
	for i := range p.Graph.Lines {
		lines = append(lines, "-1~0"[picture.passes(p.Graph, &p.Graph.Lines[i])])
	}
	drawn.States, drawn.Lines = string(states), string(lines)
	return drawn
}
