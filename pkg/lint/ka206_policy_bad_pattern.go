package lint

import (
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func policyBadPattern() Rule {
	return Rule{
		Code: "KA206", Name: "policy-bad-pattern", Severity: Error, In: Anywhere,
		Summary: "The selector of a promotion policy is invalid.",
		Why: "Kargo's webhook refuses a pattern that does not compile, and the schema wants either stage or stageSelector. A prefix that Kargo does not know, such as re:, " +
			"is taken for a part of a name, which no Stage can have.",
		Remedy: "Write an exact name, or a pattern after glob:, regex: or regexp:.",
		needs:  []pipeline.Kind{pipeline.Policies},
		check:  (*pass).policiesWithBadPatterns,
	}
}

func (p *pass) policiesWithBadPatterns() {
	for _, policy := range p.judgedPolicies() {
		why := malformed(policy)
		if policy.fails != "" {
			why = "its pattern does not compile: " + policy.fails
		}
		if why == "" {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("promotion policy %d is invalid: %s", policy.index+1, why),
			Place:   policy.config.valueAt(policyPath(policy.config, policy.index)), Subject: policy.selector() + fmt.Sprint(policy.index),
			Advice: "write an exact name, or a pattern after glob:, regex: or regexp:",
		})
	}
}

// malformed says what is wrong with the form of a policy, "" when nothing is.
func malformed(p policy) string {
	switch s := p.StageSelector; {
	case s == nil && p.Stage == "":
		return "it has neither stage nor stageSelector"
	case s != nil && p.Stage != "":
		return "it has both stage and stageSelector"
	case s == nil:
		return ""
	default:
		prefix, _, ok := strings.Cut(s.Name, ":")
		if ok && prefix != "glob" && prefix != "regex" && prefix != "regexp" {
			return fmt.Sprintf("Kargo does not know the prefix %q and reads it as a part of a name, so the policy matches no Stage", prefix+":")
		}
		return ""
	}
}
