package lint

import "fmt"

func duplicateOrigin() Rule {
	return Rule{
		Code: "KA007", Name: "duplicate-origin", Severity: Error, In: Anywhere,
		Summary: "A Stage requests the same origin twice.",
		Why: "Kargo's webhook refuses it. Where the webhook is not installed, the promotion check stops at the first request under All while the listing looks at both: " +
			"auto-promotion proposes what is then refused.",
		Remedy: "Write one request. Under All the union of both lists is not the same: decide which upstreams have to verify the Freight.",
		check:  (*pass).duplicateOrigins,
	}
}

func (p *pass) duplicateOrigins() {
	for _, stage := range p.Stages {
		first := map[string]int{}
		for i, own := range stage.Spec.RequestedFreight {
			origin := own.Origin.String()
			before, twice := first[origin]
			if !twice {
				first[origin] = i
				continue
			}
			o := p.stageObject(stage.Metadata.Name)
			p.report(Finding{
				Message: fmt.Sprintf("%s requests %s twice: Kargo's webhook refuses the Stage", stage.Metadata.Name, origin),
				Place:   o.valueAt(pathTo("spec", "requestedFreight", i, "origin", "name")), Label: "the same origin again", Subject: origin,
				Related: []Related{{"requested here first", o.valueAt(pathTo("spec", "requestedFreight", before, "origin", "name"))}},
				Advice:  "write one request",
			})
		}
	}
}
