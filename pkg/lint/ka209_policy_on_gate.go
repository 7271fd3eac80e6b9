package lint

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func policyOnGate() Rule {
	return Rule{
		Code: "KA209", Name: "policy-on-gate", Severity: Note, In: Anywhere, Issues: []string{"kargo#1166"},
		Summary: "A promotion policy is only for control-flow Stages, where it has no effect.",
		Why:     "A control-flow Stage, which is one without promotion steps, passes on by itself what its sources admit. A policy with false does not stop it.",
		Remedy:  "Remove the policy. To hold Freight back, change the sources of the gate, or the policies of the Stages behind it.",
		needs:   []pipeline.Kind{pipeline.Policies},
		check:   (*pass).policiesOfGates,
	}
}

func (p *pass) policiesOfGates() {
	for _, one := range p.judgedPolicies() {
		if len(one.stages) == 0 || slices.ContainsFunc(one.stages, func(name string) bool { return !p.Stage(name).IsControlFlow() }) {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("the promotion policy for %s has no effect: it matches only control-flow Stages (%s), which always pass Freight on", one.selector(), and(one.stages)),
			Place:   one.place(), Label: "no effect", Subject: one.selector(),
			Related: []Related{{"no promotion steps", p.stepsPlace(one.stages[0])}},
			Advice:  "remove the policy",
		})
	}
}
