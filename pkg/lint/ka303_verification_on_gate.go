package lint

import "fmt"

func verificationOnGate() Rule {
	return Rule{
		Code: "KA303", Name: "verification-on-gate", Severity: Warning, In: Anywhere,
		Summary: "A control-flow Stage has a verification, which is never run.",
		Why:     "A control-flow Stage, which is one without promotion steps, passes Freight on at once. It holds none, so that there is nothing to verify.",
		Remedy:  "Put the verification on a regular Stage.",
		check:   (*pass).verificationsOfGates,
	}
}

func (p *pass) verificationsOfGates() {
	for _, stage := range p.Stages {
		if !stage.IsControlFlow() || !p.verifies(stage) {
			continue
		}
		name := stage.Metadata.Name
		p.report(Finding{
			Message: fmt.Sprintf("%s is a control-flow Stage: its verification is never run", name),
			Place:   p.stageObject(name).at(pathTo("spec", "verification")), Label: "never run",
			Related: []Related{{"no promotion steps", p.stepsPlace(name)}},
			Advice:  "put it on a regular Stage",
		})
	}
}
