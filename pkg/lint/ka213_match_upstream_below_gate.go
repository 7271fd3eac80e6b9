package lint

import (
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
)

func matchUpstreamBelowGate() Rule {
	return Rule{
		Code: "KA213", Name: "match-upstream-below-gate", Severity: Error, In: Anywhere,
		Summary: "Auto-promotion is to follow a control-flow Stage, which never runs anything.",
		Why: "With selectionPolicy: MatchUpstream, Kargo lists only the Freight that the upstream runs now. A control-flow Stage, which is one without promotion steps, runs nothing: " +
			"auto-promotion and the web UI never see any Freight, although all of it is available to a promotion by hand.",
		Remedy: "List the regular Stage before the gate, or use NewestFreight.",
		check:  (*pass).matchesUpstreamGate,
	}
}

func (p *pass) matchesUpstreamGate() {
	for _, r := range p.requests {
		if !r.Sources.MatchesUpstream() || r.Sources.Direct || len(r.Sources.Upstreams()) != 1 {
			continue
		}
		upstream := r.Sources.Upstreams()[0]
		gate := p.Stage(upstream)
		if gate == nil || !gate.IsControlFlow() {
			continue
		}
		j := p.trial.Stage(r.name()).Judge(passed(p.flow(r.Origin).best, gate))
		if j.Listed[avail.Configured] != avail.No {
			continue // a release that does not know MatchUpstream
		}
		p.report(Finding{
			Message: fmt.Sprintf("auto-promotion to %s never picks anything: it follows what %s runs, and %s is a control-flow Stage, which runs nothing", r.name(), upstream, upstream),
			Place:   r.at("sources", "autoPromotionOptions", "selectionPolicy"), Label: "lists only what the upstream runs now", Subject: r.subject(""),
			Related: []Related{{"no promotion steps: " + p.stepsPlace(upstream).Where(), r.entry(upstream)}},
			Advice:  p.followInstead(r, upstream),
			Effect:  p.overlooked(r),
		})
	}
}

// followInstead says which Stage could be followed in the place of a gate.
func (p *pass) followInstead(r request, gate string) string {
	var before []string
	for _, of := range p.Stage(gate).Spec.RequestedFreight {
		if of.Origin == r.Origin {
			before = append(before, of.Sources.Upstreams()...)
		}
	}
	if len(before) == 0 {
		return "remove selectionPolicy"
	}
	return fmt.Sprintf("list one of its upstreams (%s), or remove selectionPolicy", strings.Join(before, ", "))
}
