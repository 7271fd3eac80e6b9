package lint

import "fmt"

func enterpriseOnly() Rule {
	return Rule{
		Code: "KA406", Name: "enterprise-only", Severity: Warning, In: Anywhere,
		Summary: "A field that only Kargo Enterprise acts on.",
		Why: "The open-source Kargo stores autoRollback and promotionWindows and does nothing with them. " +
			"A Stage with targets never gets any Freight there: its PromotionRequests all fail.",
		Remedy: "Remove it, unless the cluster runs Kargo Enterprise; then suppress the finding.",
		check:  (*pass).enterpriseFields,
	}
}

func (p *pass) enterpriseFields() {
	for _, stage := range p.Stages {
		o := p.stageObject(stage.Metadata.Name)
		if o.has("spec", "targets") {
			p.report(Finding{
				Message: fmt.Sprintf("%s has targets: without Kargo Enterprise it never gets any Freight", o.Name),
				Place:   o.at(pathTo("spec", "targets")), Label: "Enterprise only", Subject: "targets",
				Advice: "remove it, unless the cluster runs Kargo Enterprise",
			})
		}
	}
	for _, o := range p.ordered["ProjectConfig"] {
		if o.has("spec", "promotionWindows") {
			p.report(p.enterpriseField(o, "spec", "promotionWindows"))
		}
		for i := range o.list("spec", "promotionPolicies") {
			for _, name := range []string{"autoRollback", "promotionWindows"} {
				if o.has("spec", "promotionPolicies", i, name) {
					p.report(p.enterpriseField(o, "spec", "promotionPolicies", i, name))
				}
			}
		}
	}
}

func (p *pass) enterpriseField(o *Object, path ...any) Finding {
	return Finding{
		Message: fmt.Sprintf("%v has no effect without Kargo Enterprise", path[len(path)-1]),
		Place:   o.at(pathTo(path...)), Label: "Enterprise only", Subject: string(pathTo(path...)),
		Advice: "remove it, unless the cluster runs Kargo Enterprise",
	}
}
