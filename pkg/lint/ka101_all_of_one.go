package lint

import "fmt"

func allOfOne() Rule {
	return Rule{
		Code: "KA101", Name: "all-of-one", Severity: Note, In: Anywhere,
		Summary: "A Stage asks for all of one upstream.",
		Why:     "All of one is the same as one. It reads like a promise about several Stages, and is none. With a soak it is not the same: see KA107.",
		Remedy:  "Remove availabilityStrategy, or list the other upstreams.",
		check:   (*pass).allOfOne,
	}
}

func (p *pass) allOfOne() {
	for _, r := range p.requests {
		if r.Sources.Direct || !r.isAll() || len(r.Sources.Upstreams()) != 1 || r.Sources.RequiredSoakTime != nil {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s asks for all of its upstreams, and has one: %s", r.name(), r.Sources.Upstreams()[0]),
			Place:   r.at("sources", "availabilityStrategy"), Label: "the same as OneOf", Subject: r.subject(""),
			Fix: &Fix{Safe, "remove availabilityStrategy", []Edit{remove(r.object, r.path("sources", "availabilityStrategy"))}},
		})
	}
}
