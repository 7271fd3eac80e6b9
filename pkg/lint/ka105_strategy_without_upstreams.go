package lint

import "fmt"

func strategyWithoutUpstreams() Rule {
	return Rule{
		Code: "KA105", Name: "strategy-without-upstreams", Severity: Warning, In: Anywhere,
		Summary: "A request that takes Freight directly has an availabilityStrategy, which has no effect.",
		Why:     "The strategy says how many upstreams have to verify Freight. Freight that comes straight from the Warehouse has none.",
		Remedy:  "Remove it, or list the upstreams and remove direct.",
		check:   (*pass).strategiesWithoutUpstreams,
	}
}

func (p *pass) strategiesWithoutUpstreams() {
	for _, r := range p.requests {
		if !r.Sources.Direct || len(r.Sources.Stages) > 0 || r.Sources.AvailabilityStrategy == "" || !r.Sources.AvailabilityStrategy.Known() {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s takes Freight of %s directly: availabilityStrategy has no effect", r.name(), r.Origin),
			Place:   r.at("sources", "availabilityStrategy"), Label: "never looked at", Subject: r.subject(""),
			Related: []Related{{"admits everything at once", r.at("sources", "direct")}},
			Fix:     &Fix{Safe, "remove availabilityStrategy", []Edit{remove(r.object, r.path("sources", "availabilityStrategy"))}},
		})
	}
}
