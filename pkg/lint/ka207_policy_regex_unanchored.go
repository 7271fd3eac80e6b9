package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func policyRegexUnanchored() Rule {
	return Rule{
		Code: "KA207", Name: "policy-regex-unanchored", Severity: Warning, In: Anywhere,
		Summary: "The regular expression of a promotion policy also matches Stages that only contain what it says.",
		Why:     "Kargo looks for the expression anywhere in the name, although its documentation reads as if it had to match as a whole: regex:prod also matches nonprod-eu.",
		Remedy:  "Write ^ and $ around it, or spell out the names that are meant.",
		needs:   []pipeline.Kind{pipeline.Policies},
		check:   (*pass).regexesUnanchored,
	}
}

func (p *pass) regexesUnanchored() {
	for _, one := range p.judgedPolicies() {
		if one.StageSelector == nil || one.fails != "" {
			continue
		}
		prefix, expression, ok := strings.Cut(one.StageSelector.Name, ":")
		if !ok || prefix != "regex" && prefix != "regexp" {
			continue
		}
		anchored := prefix + ":^(?:" + expression + ")$"
		more := slices.DeleteFunc(slices.Clone(one.stages), func(name string) bool { return slices.Contains(p.selectedBy(one, anchored), name) })
		if len(more) == 0 {
			continue
		}
		f := Finding{
			Message: fmt.Sprintf("the promotion policy for %s also matches %s: Kargo looks for the expression anywhere in the name", one.selector(), and(more)),
			Place:   one.config.valueAt(policyPath(one.config, one.index)), Label: "not anchored with ^ and $", Subject: one.selector(),
		}
		f.Fix = &Fix{Unsafe, anchored, []Edit{set(one.config, f.Place.Path, anchored)}}
		p.report(f)
	}
}

// selectedBy returns the Stages that a policy would select by another pattern.
func (p *Project) selectedBy(one policy, pattern string) []string {
	selector := *one.StageSelector
	selector.Name = pattern
	return p.selected(kargo.PromotionPolicy{StageSelector: &selector, AutoPromotionEnabled: true})
}
