package lint

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func policyByDeprecatedName() Rule {
	return Rule{
		Code: "KA210", Name: "policy-by-deprecated-name", Severity: Note, In: Anywhere,
		Summary: "A promotion policy names its Stage in the deprecated field stage.",
		Why:     "From v1.5.0 on stageSelector takes its place, which also knows patterns and labels.",
		Remedy:  "Write stageSelector: {name: …}.",
		needs:   []pipeline.Kind{pipeline.Policies},
		check:   (*pass).policiesByStage,
	}
}

func (p *pass) policiesByStage() {
	for _, one := range p.judgedPolicies() {
		if one.config.Kind != "ProjectConfig" || one.Stage == "" || one.StageSelector != nil {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("the promotion policy for %s uses the field stage, which is deprecated", one.Stage),
			Place:   one.place(), Label: "deprecated since v1.5.0", Subject: one.Stage,
			Advice: fmt.Sprintf("stageSelector: {name: %s}", one.Stage),
		})
	}
}
