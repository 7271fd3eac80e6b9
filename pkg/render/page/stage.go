package page

import (
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// stageItself says what is wrong at the Stage, what it runs of several origins, and what it
// can go back to; nothing where there is nothing of the kind.
func (p *writer) stageItself() {
	stage := p.stage
	several := len(stage.Origins) > 1 && !stage.ControlFlow
	if len(stage.Problems) == 0 && !several && len(stage.Sets) == 0 && len(stage.Ahead) == 0 {
		return
	}
	p.heading("STAGE " + strings.ToUpper(term.Sanitize(stage.Name)))
	for i := range stage.Problems {
		p.problem(&stage.Problems[i])
	}
	if several {
		p.origins()
	}
	p.sets()
	p.ahead()
	if list := stage.Rollbacks; len(list) > 0 {
		p.item(2, "-", "Freight that ran here before and may be promoted here again: "+namesOf(list, mostRollbacks))
	}
}

// mostAhead is how many pieces of Freight are told that upstreams run.
const mostAhead = 4

// ahead says what upstreams run and the Stage does not.
func (p *writer) ahead() {
	list := p.stage.Ahead
	for i := range list[:min(len(list), mostAhead)] {
		a := &list[i]
		runs := "runs"
		if len(a.Upstreams) > 1 {
			runs = "run"
		}
		text := fmt.Sprintf("%s %s %s, which %s does not run", describe.Names(a.Upstreams), runs, describe.Named(a.Named), p.stageName())
		if changes := describe.ArtifactChanges(a.Changes, p.arrow()); len(changes) > 0 {
			text += ": " + strings.Join(changes, ", ")
		}
		p.item(2, "-", text)
	}
	if more := len(list) - mostAhead; more > 0 {
		p.item(2, "-", fmt.Sprintf("upstreams run %d more pieces of Freight that it does not run", more))
	}
}

// mostRollbacks is how many pieces of Freight are named that a Stage can go back to.
const mostRollbacks = 5

func namesOf(list []report.Named, most int) string {
	var names []string
	for _, named := range list[:min(len(list), most)] {
		names = append(names, describe.Named(named))
	}
	if more := len(list) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

func (p *writer) problem(problem *report.Problem) {
	p.item(2, "-", term.Sanitize(problem.Text))
	if problem.Remedy != "" {
		p.item(4, "", term.Sanitize(problem.Remedy))
	}
	if problem.Command != "" {
		p.out.WriteString("    " + p.style.Palette.Strong(term.Sanitize(problem.Command)) + "\n")
	}
}

// origins says of each origin what runs.
func (p *writer) origins() {
	for _, running := range p.stage.Origins {
		p.item(2, "-", "of "+term.Sanitize(running.Origin)+" it "+p.running(running))
	}
	p.item(4, "", "Freight of each origin is promoted separately. Auto-promotion goes through the origins in the order of the requests, and stops at one that is refused.")
}

func (p *writer) running(running report.Running) string {
	if running.Freight == "" {
		return "runs nothing"
	}
	text := "runs " + describe.Named(report.Named{Name: running.Freight, Alias: running.Alias})
	if running.Since != nil {
		text += ", since " + p.when(running.Since)
	}
	if running.Promotion != "" {
		text += ", by Promotion " + term.Sanitize(running.Promotion)
	}
	if running.Last {
		text += ", promoted last"
	}
	return text
}

// sets says which whole sets can be promoted.
func (p *writer) sets() {
	for _, set := range p.stage.Sets {
		p.item(2, "-", fmt.Sprintf("%s runs %s together; to promote that set:", term.Sanitize(set.Upstream), namesOf(set.Freight, mostRollbacks)))
		for _, command := range set.Commands {
			if command != "" {
				p.out.WriteString("    " + p.style.Palette.Strong(term.Sanitize(command)) + "\n")
			}
		}
	}
}
