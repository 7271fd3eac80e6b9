package lint

import "fmt"

func soakLostOnLeave() Rule {
	return Rule{
		Code: "KA116", Name: "soak-lost-on-leave", version: "v1.5.1", Severity: Warning, In: Anywhere, Issues: []string{"kargo#4238"},
		Summary: "A soak, in a Kargo that forgets how long Freight has soaked when it leaves a Stage.",
		Why:     "Kargo v1.2.0 to v1.5.1 never writes down how long Freight was in a Stage. Freight that has soaked and was then replaced counts as if it never had.",
		Remedy:  "Upgrade to v1.5.2 or later.",
		check:   (*pass).soaksLost,
	}
}

func (p *pass) soaksLost() {
	releases := p.input.Releases
	if releases.IsUnknown() || !releases.Since("v1.2.0") || releases.Since("v1.5.2") {
		return
	}
	for _, r := range p.requests {
		if r.Sources.RequiredSoakTime == nil || *r.Sources.RequiredSoakTime <= 0 || r.Sources.Direct || len(r.Sources.Stages) == 0 {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s waits for a soak, and Kargo %s forgets it when the Freight leaves %s", r.name(), releases, and(r.Sources.Upstreams())),
			Place:   r.at("sources", "requiredSoakTime"), Label: "counts only while the Freight is there", Subject: r.subject(""),
			Advice: "upgrade Kargo to v1.5.2 or later",
		})
	}
}
