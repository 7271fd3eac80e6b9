package lint

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func verifiesNothing() Rule {
	return Rule{
		Code: "KA302", Name: "verifies-nothing", Severity: Note, In: Anywhere,
		Summary: "A Stage that others depend on has neither a verification nor a health check.",
		Why: "Kargo verifies Freight in a Stage when the Stage is healthy and its verification succeeds. Without both, each Promotion that succeeds verifies itself at once: " +
			"the Stages behind it wait for a Promotion, and not for a result. Health checks come from the step argocd-update.",
		Remedy: "Add a verification, or update Argo CD Applications in the steps; or suppress the note where a successful Promotion is all there is to know.",
		check:  (*pass).nothingVerified,
	}
}

func (p *pass) nothingVerified() {
	verifies := func(stage *kargo.Stage) bool { return !stage.IsControlFlow() && p.verifies(stage) }
	if !slices.ContainsFunc(p.Stages, verifies) {
		return // in a Project without any verification none is expected
	}
	for _, stage := range p.Stages {
		name := stage.Metadata.Name
		o := p.stageObject(name)
		if stage.IsControlFlow() || p.isLast(name) || o.has("spec", "verification") || p.checksHealth(stage) || len(o.list("spec", "promotionTemplate", "spec", "steps")) == 0 {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s verifies nothing: each Promotion that succeeds counts as verified at once, and %s depends on it", name, p.feeds[name][0].name()),
			Place:   o.at(pathTo("metadata", "name")), Label: "no verification, and no step argocd-update",
			Advice: "add a verification, or suppress this where a successful Promotion is all there is to know",
		})
	}
}
