package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func soakBelowGate() Rule {
	return Rule{
		Code: "KA106", Name: "soak-below-gate", Severity: Error, In: Anywhere, Issues: []string{"kargo#6360"},
		Summary: "A Stage waits for Freight to soak in a control-flow Stage.",
		Why: "Freight soaks from the moment when it enters a Stage. A control-flow Stage, which is one without promotion steps, never holds Freight, so that nothing ever soaks there. " +
			"Auto-promotion may still propose the Freight, and is refused.",
		Remedy: "List the regular Stages before the gate together with the soak, with availabilityStrategy: All if the gate asks for all of them; or drop the soak.",
		check:  (*pass).soaksBelowGates,
	}
}

func (p *pass) soaksBelowGates() {
	for _, r := range p.requests {
		need := r.Sources.RequiredSoakTime
		if need == nil || *need <= 0 || r.Sources.Direct {
			continue
		}
		var gates []string
		others := 0
		for _, upstream := range r.Sources.Upstreams() {
			stage := p.Stage(upstream)
			switch {
			case stage == nil:
			case stage.IsControlFlow() && p.neverSoaks(r, stage):
				gates = append(gates, upstream)
			default:
				others++
			}
		}
		if len(gates) > 0 {
			p.report(p.soakBelowGates(r, gates, others))
		}
	}
}

// neverSoaks reports whether Freight that a control-flow Stage has passed on still has to
// soak there.
func (p *pass) neverSoaks(r request, gate *kargo.Stage) bool {
	f := passed(fresh(r.Origin), gate)
	return slices.Contains(p.trial.Stage(r.name()).Unsatisfied(f), gate.Metadata.Name)
}

func (p *pass) soakBelowGates(r request, gates []string, others int) Finding {
	verb := "is a control-flow Stage, where nothing ever soaks"
	if len(gates) > 1 {
		verb = "are control-flow Stages, where nothing ever soaks"
	}
	f := Finding{
		Message: fmt.Sprintf("%s waits for a soak that new Freight never passes: %s %s", r.name(), and(gates), verb),
		Place:   r.at("sources", "requiredSoakTime"), Label: "counts from when Freight enters a listed Stage", Subject: r.subject(""),
		Advice: p.aroundGates(r, gates),
	}
	for _, gate := range gates {
		f.Related = append(f.Related, Related{"no promotion steps: " + p.stepsPlace(gate).Where(), r.entry(gate)})
	}
	if !r.isAll() && others > 0 {
		f.Severity = Warning
		f.Message = fmt.Sprintf("%s gets no new Freight by way of %s, which %s: only the other upstreams count", r.name(), and(gates), verb)
		return f
	}
	f.Effect = p.blocked(r)
	return f
}

// aroundGates says which Stages to list in the place of gates.
func (p *pass) aroundGates(r request, gates []string) string {
	var before []string
	all := len(gates) == 1
	for _, gate := range gates {
		for _, of := range p.Stage(gate).Spec.RequestedFreight {
			if of.Origin != r.Origin {
				continue
			}
			before = append(before, of.Sources.Upstreams()...)
			all = all && (len(of.Sources.Upstreams()) < 2 || request{Request: &of}.isAll())
		}
	}
	switch {
	case len(before) == 0:
		return "drop the soak"
	case all && len(before) > 1:
		return fmt.Sprintf("stages: [%s] with availabilityStrategy: All, and the soak", strings.Join(before, ", "))
	default:
		return fmt.Sprintf("stages: [%s] with the soak", strings.Join(before, ", "))
	}
}
