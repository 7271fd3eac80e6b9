package lint

import "fmt"

func gateSoakNotRequeued() Rule {
	return Rule{
		Code: "KA112", Name: "gate-soak-not-requeued", Severity: Warning, In: Anywhere, Issues: []string{"kargo#4586"},
		Summary: "A control-flow Stage has a soak, whose end it does not notice.",
		Why: "A control-flow Stage, which is one without promotion steps, looks at Freight when something happens upstream, and not when time has passed. " +
			"When a soak is over, it does nothing until the next event, or until somebody refreshes it.",
		Remedy: "Put the soak on the regular Stages behind the gate, over the Stages before it; or refresh the gate: kargo refresh stage.",
		check:  (*pass).soaksOfGates,
	}
}

func (p *pass) soaksOfGates() {
	if !p.input.Releases.Since("v1.1.0") {
		return
	}
	for _, r := range p.requests {
		need := r.Sources.RequiredSoakTime
		if need == nil || *need <= 0 || r.Sources.Direct || len(r.Sources.Stages) == 0 || !r.stage.IsControlFlow() {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s is a control-flow Stage, and Kargo does not look at it again when a soak ends: Freight waits until something else happens upstream", r.name()),
			Place:   r.at("sources", "requiredSoakTime"), Label: "its end goes unnoticed", Subject: r.subject(""),
			Related: []Related{{"no promotion steps", p.stepsPlace(r.name())}},
			Advice:  "put the soak on the regular Stages behind it, or run: kargo refresh stage --project=" + p.Name + " " + r.name(),
		})
	}
}
