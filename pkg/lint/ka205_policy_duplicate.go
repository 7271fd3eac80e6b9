package lint

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func policyDuplicate() Rule {
	return Rule{
		Code: "KA205", Name: "policy-duplicate", Severity: Error, In: Anywhere,
		Summary: "Two promotion policies are for the same name.",
		Why:     "Kargo's webhook refuses the ProjectConfig. Where it is not installed, the first one decides.",
		Remedy:  "Keep one of them.",
		needs:   []pipeline.Kind{pipeline.Policies},
		check:   (*pass).policiesTwice,
	}
}

func (p *pass) policiesTwice() {
	first := map[string]policy{}
	for _, one := range p.judgedPolicies() {
		name := one.exact()
		if name == "" {
			continue
		}
		before, twice := first[name]
		if !twice {
			first[name] = one
			continue
		}
		f := Finding{
			Message: fmt.Sprintf("two promotion policies are for %s: Kargo's webhook refuses that", name),
			Place:   one.place(), Label: "the same name again", Subject: name,
			Related: []Related{{"the first one", before.place()}},
			Advice:  "keep one of them",
		}
		if before.AutoPromotionEnabled == one.AutoPromotionEnabled {
			f.Fix = &Fix{Safe, "remove the second one", []Edit{remove(one.config, pathTo(one.path()...))}}
		}
		p.report(f)
	}
}
