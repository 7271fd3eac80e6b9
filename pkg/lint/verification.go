package lint

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// verifies reports whether a Stage has a verification with at least one template.
func (p *Project) verifies(stage *kargo.Stage) bool {
	return len(p.stageObject(stage.Metadata.Name).list("spec", "verification", "analysisTemplates")) > 0
}

// checksHealth reports whether a step of a Stage may register a health check: one that
// updates Argo CD, or a task, whose steps are not known.
func (p *Project) checksHealth(stage *kargo.Stage) bool {
	return slices.ContainsFunc(p.stageObject(stage.Metadata.Name).list("spec", "promotionTemplate", "spec", "steps"), func(step any) bool {
		fields, ok := step.(map[string]any)
		return !ok || fields["task"] != nil || fields["uses"] == "argocd-update"
	})
}
