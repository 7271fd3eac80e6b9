package lint

import (
	"fmt"
	"maps"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func leftOverStatus() Rule {
	return Rule{
		Code: "KA504", Name: "left-over-status", Severity: Note, In: ClusterOnly,
		Summary: "Freight says that it is in a Stage that does not exist, or that is a control-flow Stage now.",
		Why:     "Kargo does not clean up status.currentlyIn when a Stage is deleted, or loses its steps. The soak there goes on, and counts in Kargo's listing of every Stage with a soak.",
		Remedy:  "Create the Stage again for a moment, or remove the entry from the Freight's status.",
		needs:   []pipeline.Kind{pipeline.Freight},
		check:   (*pass).leftOvers,
	}
}

func (p *pass) leftOvers() {
	if !slices.ContainsFunc(p.requests, func(r request) bool { return r.Sources.RequiredSoakTime != nil }) {
		return // nothing looks at it
	}
	left := map[string][]*kargo.Freight{}
	for _, f := range p.Freight() {
		for name := range f.Status.CurrentlyIn.All() {
			if stage := p.Stage(name); stage == nil || stage.IsControlFlow() {
				left[name] = append(left[name], f)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		what := "which does not exist"
		if p.Stage(name) != nil {
			what = "which is a control-flow Stage now"
		}
		freight := left[name]
		p.report(Finding{
			Message: fmt.Sprintf("the status of %s still lists the Stage %s, %s: its soak time there keeps growing", names(freight), name, what),
			Place:   p.object("Freight", freight[0].Metadata.Name).at(pathTo("status", "currentlyIn", name)), Subject: name,
			Advice: "remove the entry from status.currentlyIn (kubectl edit freight with --subresource=status)",
		})
	}
}
