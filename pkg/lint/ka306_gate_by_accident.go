package lint

import "fmt"

func gateByAccident() Rule {
	return Rule{
		Code: "KA306", Name: "gate-by-accident", Severity: Warning, In: Anywhere,
		Summary: "A Stage looks as if it was to be promoted to, and has no promotion steps.",
		Why: "Without steps a Stage is a control-flow Stage: it runs nothing, cannot be promoted to, and passes on at once whatever its sources admit. " +
			"Where the steps got lost, as when a value of a chart was empty, the Stages behind it get everything unverified.",
		Remedy: "Add the steps. If a control-flow Stage is meant, remove what only makes sense with steps.",
		check:  (*pass).gatesByAccident,
	}
}

func (p *pass) gatesByAccident() {
	for _, stage := range p.Stages {
		if !stage.IsControlFlow() {
			continue
		}
		name := stage.Metadata.Name
		o := p.stageObject(name)
		sign := ""
		var path []any
		switch {
		case o.has("spec", "promotionTemplate"):
			sign, path = "a promotionTemplate without steps", []any{"spec", "promotionTemplate"}
		case len(o.list("spec", "vars")) > 0:
			sign, path = "vars, which only steps use", []any{"spec", "vars"}
		case o.text("metadata", "annotations", "kargo.akuity.io/argocd-context") != "":
			sign, path = "an Argo CD Application, which only steps update", []any{"metadata", "annotations", "kargo.akuity.io/argocd-context"}
		default:
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s has %s: without steps it is a control-flow Stage, which passes Freight on at once", name, sign),
			Place:   o.at(pathTo(path...)), Label: "no steps",
			Advice: "add the steps, or remove this if a control-flow Stage is meant",
		})
	}
}
