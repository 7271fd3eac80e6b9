package lint

import (
	"fmt"
	"regexp"
)

func handMadePromotion() Rule {
	return Rule{
		Code: "KA503", Name: "hand-made-promotion", version: "v1.10.0", Severity: Error, In: FilesOnly, Issues: []string{"kargo#6214"},
		Summary: "A Promotion has a name of its own making, which Kargo before v1.11 takes for old.",
		Why: "Kargo compares Promotions by their names, which hold the time. A Promotion with another name can sort behind all others: it runs, and the Stage never sees it, " +
			"nor those after it. From v1.11.0 on the webhook gives it a proper name.",
		Remedy: "Promote with kargo promote, or let generateName and Kargo's own tools make the name.",
		check:  (*pass).handMadePromotions,
	}
}

func (p *pass) handMadePromotions() {
	if p.input.Releases.Since("v1.11.0") {
		return
	}
	for _, o := range p.ordered["Promotion"] {
		stage := o.text("spec", "stage")
		made := regexp.MustCompile("^" + regexp.QuoteMeta(stage) + `\.[0-9a-z]{26}\.[0-9a-f]{7}$`)
		if made.MatchString(o.Name) {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("Promotion %s does not have a name of the form that Kargo expects: Kargo may ignore it for %s", o.Name, stage),
			Place:   o.valueAt(pathTo("metadata", "name")), Label: "expected " + stage + ".ULID.HASH",
			Advice: "delete it, and promote with kargo promote",
		})
	}
}
