package lint

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func policyMatchesEverything() Rule {
	return Rule{
		Code: "KA208", Name: "policy-matches-everything", Severity: Warning, In: Anywhere,
		Summary: "A promotion policy switches auto-promotion on for every Stage, the last ones among them.",
		Why:     "Production is promoted to by itself, and so is every Stage that is added later: nobody has to decide it.",
		Remedy:  "Name the Stages or a pattern for them, or put a policy with false for production in front. If it is meant, suppress the finding and say why.",
		needs:   []pipeline.Kind{pipeline.Policies},
		check:   (*pass).policiesForEverything,
	}
}

func (p *pass) policiesForEverything() {
	for _, one := range p.judgedPolicies() {
		if !one.AutoPromotionEnabled || !forEverything(one) {
			continue
		}
		var last []string
		for _, name := range one.decides {
			if stage := p.Stage(name); p.isLast(name) && !stage.IsControlFlow() && stage.IsDownstream() {
				last = append(last, name)
			}
		}
		if len(last) == 0 {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("one promotion policy is for every Stage: auto-promotion is on for %s, too, and for each Stage that is added", and(last)),
			Place:   one.place(), Label: "matches every Stage", Subject: one.selector(),
			Advice: "name the Stages that are meant, or put a policy with false for " + and(last) + " in front",
		})
	}
}

// forEverything reports whether a policy selects whatever Stage there is.
func forEverything(one policy) bool {
	s := one.StageSelector
	if s == nil || len(s.MatchLabels)+len(s.MatchExpressions) > 0 {
		return false
	}
	return slices.Contains([]string{"", "glob:*", "glob:**", "regex:.*", "regexp:.*", "regex:^.*$", "regexp:^.*$", "regex:.+", "regexp:.+"}, s.Name)
}
