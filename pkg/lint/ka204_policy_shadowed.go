package lint

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func policyShadowed() Rule {
	return Rule{
		Code: "KA204", Name: "policy-shadowed", Severity: Error, In: Anywhere,
		Summary: "A promotion policy never decides, as an earlier one matches the same Stages and says the opposite.",
		Why: "The first policy that matches a Stage decides. Kargo's webhook refuses only two policies for the same name: a pattern in front of a name hides it without a word. " +
			"It is an error where the hidden policy says false: the stop that somebody meant does not stop anything.",
		Remedy: "Move the policy up, in front of the one that hides it.",
		needs:  []pipeline.Kind{pipeline.Policies},
		check:  (*pass).policiesShadowed,
	}
}

func (p *pass) policiesShadowed() {
	policies := understood(p.judgedPolicies())
	for _, hidden := range policies {
		if len(hidden.stages) == 0 || len(hidden.decides) > 0 {
			continue
		}
		by := p.hides(policies, hidden)
		if by == nil {
			continue
		}
		f := Finding{
			Severity: Warning,
			Message: fmt.Sprintf("auto-promotion to %s is %s: the policy that switches it %s comes after one that switches it %s",
				and(hidden.stages), onOff(by.AutoPromotionEnabled), onOff(hidden.AutoPromotionEnabled), onOff(by.AutoPromotionEnabled)),
			Place: hidden.place(), Label: "never decides", Subject: hidden.selector(),
			Related: []Related{{fmt.Sprintf("matches first: auto-promotion %s", onOff(by.AutoPromotionEnabled)), by.place()}},
			Advice:  "move it in front of the other one",
		}
		if !hidden.AutoPromotionEnabled {
			f.Severity = Error
		}
		p.report(f)
	}
}

// hides returns the policy that decides in the place of another one and says otherwise, for
// all Stages that the other one selects; nil when some of them get what it says.
func (p *pass) hides(policies []policy, hidden policy) *policy {
	var by *policy
	for _, name := range hidden.stages {
		first := slices.IndexFunc(policies, func(o policy) bool { return slices.Contains(o.stages, name) })
		if policies[first].AutoPromotionEnabled == hidden.AutoPromotionEnabled {
			return nil
		}
		if by == nil {
			by = &policies[first]
		}
	}
	return by
}
