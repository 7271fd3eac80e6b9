package lint

import "fmt"

func emptyVerification() Rule {
	return Rule{
		Code: "KA307", Name: "empty-verification", Severity: Warning, In: Anywhere,
		Summary: "A verification without any analysis.",
		Why:     "It reads like a check. Without analysisTemplates nothing is looked at, and Freight counts as verified as soon as the Stage is healthy.",
		Remedy:  "List the AnalysisTemplates, or remove the verification.",
		check:   (*pass).emptyVerifications,
	}
}

func (p *pass) emptyVerifications() {
	for _, stage := range p.Stages {
		name := stage.Metadata.Name
		o := p.stageObject(name)
		if o.get("spec", "verification") == nil || p.verifies(stage) || stage.IsControlFlow() {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("the verification of %s has no analysisTemplates: nothing is looked at", name),
			Place:   o.at(pathTo("spec", "verification")), Label: "verifies nothing",
			Advice: "list the AnalysisTemplates, or remove it",
		})
	}
}
