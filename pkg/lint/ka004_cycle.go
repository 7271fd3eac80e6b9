package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func cycle() Rule {
	return Rule{
		Code: "KA004", Name: "cycle", Severity: Error, In: Anywhere,
		Summary: "Stages take Freight from each other in a circle.",
		Why: "Nothing checks it. Where none of the Stages can get Freight from outside of the circle, each waits for the others, and none ever gets any without an approval. " +
			"Where one can, it works, and is seldom meant.",
		Remedy: "Let one of the Stages take its Freight from the Warehouse or from a Stage outside of the circle.",
		check:  (*pass).cycles,
	}
}

func (p *pass) cycles() {
	names := p.stageNames()
	for _, origin := range p.origins() {
		edges := p.edges(origin)
		for _, group := range components(names, edges) {
			if circle := shortestCycle(group[0], group, edges); len(circle) > 0 {
				p.report(p.circle(origin, group, circle))
			}
		}
	}
}

// origins returns the origins that are requested, in the order of the Stages.
func (p *Project) origins() []kargo.Origin {
	var origins []kargo.Origin
	seen := map[kargo.Origin]bool{}
	for _, r := range p.requests {
		if !seen[r.Origin] {
			seen[r.Origin] = true
			origins = append(origins, r.Origin)
		}
	}
	return origins
}

func (p *pass) circle(origin kargo.Origin, group, circle []string) Finding {
	way := strings.Join(append(slices.Clone(circle), circle[0]), " > ")
	f := Finding{Subject: origin.String() + " " + strings.Join(group, " ")}
	for i, name := range circle {
		next := circle[(i+1)%len(circle)]
		for _, r := range p.requests {
			if r.name() != next || r.Origin != origin || !r.Sources.Lists(name) {
				continue
			}
			if i == 0 {
				f.Place, f.Label = r.entry(name), fmt.Sprintf("%s takes from %s", next, name)
				continue
			}
			f.Related = append(f.Related, Related{fmt.Sprintf("%s takes from %s", next, name), r.entry(name)})
		}
	}
	reached := p.flow(origin).reached
	if slices.ContainsFunc(group, func(name string) bool { return reached[name] }) {
		f.Severity = Warning
		f.Message = fmt.Sprintf("Freight of %s can go round in a circle: %s", origin, way)
		f.Advice = "remove one of the entries, unless the circle is meant"
		return f
	}
	f.Message = fmt.Sprintf("the Stages in the circle %s take Freight of %s only from each other: no new Freight ever gets in", way, origin)
	f.Advice = "let one of them take its Freight from the Warehouse or from another Stage"
	return f
}
