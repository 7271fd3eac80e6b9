package lint

import "fmt"

func zeroSoak() Rule {
	return Rule{
		Code: "KA109", Name: "zero-soak", Severity: Warning, In: Anywhere, Issues: []string{"kargo#4586"},
		Summary: "A soak of zero, which is not the same as none.",
		Why:     "Under OneOf it says nothing. Under All it brings in the listing's rule about soaks: Freight that was also verified in a Stage that is not listed drops out of it, see KA107. Removing the soak under OneOf changes nothing until the strategy becomes All.",
		Remedy:  "Remove requiredSoakTime.",
		check:   (*pass).zeroSoaks,
	}
}

func (p *pass) zeroSoaks() {
	for _, r := range p.requests {
		need := r.Sources.RequiredSoakTime
		if need == nil || *need != 0 || r.Sources.Direct || len(r.Sources.Stages) == 0 {
			continue
		}
		means := "that means nothing, until the strategy becomes All: Kargo then lists less Freight than without requiredSoakTime"
		if r.isAll() {
			means = "with All, Kargo then lists less Freight than without requiredSoakTime"
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s sets requiredSoakTime to zero: %s", r.name(), means),
			Place:   r.at("sources", "requiredSoakTime"), Label: "not the same as no soak", Subject: r.subject(""),
			Fix: &Fix{Safe, "remove requiredSoakTime", []Edit{remove(r.object, r.path("sources", "requiredSoakTime"))}},
		})
	}
}
