package graph

import (
	"io"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/graph"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/picture"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

const (
	// pageFreight is how many pieces of Freight of one origin a page offers.
	pageFreight = 10
	// pageVerdicts is how many verdicts a page holds, so that it stays below a megabyte.
	pageVerdicts = 6000
	// pageForecasts is up to how many verdicts the page says what can never be available.
	pageForecasts = 600
)

// page writes the pictures as a page in which the Freight can be chosen.
func (o *options) page(w io.Writer, in *load.Input, pictures []picture.Picture) error {
	projects := make([]picture.PageProject, 0, len(pictures))
	for i := range pictures {
		for _, e := range in.Projects {
			if e.Project().Name == pictures[i].Project.Name {
				projects = append(projects, pageProject(e, pictures[i]))
			}
		}
	}
	return picture.Page(w, projects)
}

func pageProject(e *avail.Evaluator, drawn picture.Picture) picture.PageProject {
	asked := drawn.Project.Freight
	if asked != nil { // what runs where is shown without Freight
		all := report.NewGraphProject(e, drawn.Graph, nil)
		drawn.Project = &all
	}
	p := picture.PageProject{Picture: drawn, Selected: -1}
	list := offered(e, drawn.Graph)
	if asked != nil {
		f := e.Project().FreightNamed(asked.Name)
		if p.Selected = slices.Index(list, f); p.Selected < 0 {
			list, p.Selected = append(list, f), len(list)
		}
	}
	for _, f := range list {
		project := report.NewGraphProject(e, drawn.Graph, f)
		judged := picture.Judged{Project: &project, Explain: make([]string, len(drawn.Graph.Nodes))}
		for i := range drawn.Graph.Nodes {
			if drawn.Graph.Nodes[i].Stage != nil {
				judged.Explain[i] = report.GraphSummary(e.Stage(drawn.Graph.Nodes[i].Name), f, report.SummaryOptions{
					Stage: picture.StageHere, Freight: picture.FreightHere, Sentence: describe.Summary,
					Forecast: len(list)*len(drawn.Graph.Nodes) <= pageForecasts,
				})
			}
		}
		p.Freight = append(p.Freight, judged)
	}
	return p
}

// offered returns the newest Freight of each origin that is drawn, newest first.
func offered(e *avail.Evaluator, g *graph.Graph) []*kargo.Freight {
	most := max(1, pageVerdicts/max(len(g.Nodes), 1))
	perOrigin := map[kargo.Origin]int{}
	for _, origin := range g.Origins() {
		perOrigin[origin] = pageFreight
	}
	var list []*kargo.Freight
	for _, f := range e.Project().Freight() {
		if perOrigin[f.Origin] > 0 && len(list) < most {
			perOrigin[f.Origin]--
			list = append(list, f)
		}
	}
	return list
}
