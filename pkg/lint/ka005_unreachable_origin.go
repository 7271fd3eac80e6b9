package lint

import (
	"fmt"
)

func unreachableOrigin() Rule {
	return Rule{
		Code: "KA005", Name: "unreachable-origin", Severity: Error, In: Anywhere,
		Summary: "None of the upstreams of a Stage can pass Freight of an origin on.",
		Why: "Freight has to come from a Stage that takes it directly from its Warehouse, over Stages that request the same origin. " +
			"Where there is no such way, the Stage gets new Freight by approval only. Freight that an upstream verified before still counts. What is wrong with a single name is reported by itself.",
		Remedy: "Add the request to an upstream, or write direct: true where the Freight is to enter the pipeline.",
		check:  (*pass).unreachable,
	}
}

func (p *pass) unreachable() {
	if p.input.Partial {
		return
	}
	for _, r := range p.requests {
		upstreams := r.Sources.Upstreams()
		if len(upstreams) == 0 || r.isAll() || p.lacksWarehouse(r) || p.flow(r.Origin).reached[r.name()] {
			continue
		}
		var related []Related
		for _, upstream := range upstreams {
			stage := p.Stage(upstream)
			if stage == nil || upstream == r.name() || stage.Requests(r.Origin) {
				continue // reported by itself, or the cause is further up
			}
			related = append(related, Related{fmt.Sprintf("%s does not request %s", upstream, r.Origin), r.entry(upstream)})
		}
		if len(related) < len(upstreams) {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s gets no new Freight of %s: %s", r.name(), r.Origin, noneRequests(upstreams)),
			Place:   r.at("sources", "stages"), Label: "no way leads here", Subject: r.subject(""), Related: related,
			Advice: fmt.Sprintf("request %s in one of them, or write direct: true", r.Origin),
			Effect: p.blocked(r),
		})
	}
}

func noneRequests(upstreams []string) string {
	if len(upstreams) == 1 {
		return fmt.Sprintf("its upstream %s does not request it", upstreams[0])
	}
	return fmt.Sprintf("none of its upstreams %s requests it", and(upstreams))
}
