package lint

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func policyMatchesNothing() Rule {
	return Rule{
		Code: "KA203", Name: "policy-matches-nothing", Severity: Warning, In: Anywhere, Issues: []string{"kargo#3719"},
		Summary: "A promotion policy is for a Stage that does not exist.",
		Why:     "Kargo does not compare the names in policies with the Stages that there are. A policy with a typo switches nothing on or off, and says so nowhere.",
		Remedy:  "Correct the name or pattern, or remove the policy.",
		needs:   []pipeline.Kind{pipeline.Policies},
		check:   (*pass).policiesWithoutStages,
	}
}

func (p *pass) policiesWithoutStages() {
	if len(p.Stages) == 0 {
		return
	}
	for _, policy := range p.judgedPolicies() {
		if len(policy.stages) > 0 || policy.fails != "" || malformed(policy) != "" {
			continue
		}
		f := Finding{
			Message: fmt.Sprintf("the promotion policy for %s matches no Stage: it switches auto-promotion %s nowhere", policy.selector(), onOff(policy.AutoPromotionEnabled)),
			Place:   policy.config.valueAt(policyPath(policy.config, policy.index)), Label: "no Stage matches", Subject: policy.selector(),
			Advice: "correct the name or pattern, or remove the policy",
		}
		if near := near(policy.exact(), p.stageNames()); near != "" {
			f.Label = fmt.Sprintf("did you mean %s?", near)
			f.Fix = &Fix{Unsafe, near + " in place of " + policy.exact(), []Edit{set(policy.config, f.Place.Path, near)}}
		}
		if p.input.Partial {
			f.Severity = Note
		}
		p.report(f)
	}
}
