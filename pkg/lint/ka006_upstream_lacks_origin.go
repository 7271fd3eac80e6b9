package lint

import "fmt"

func upstreamLacksOrigin() Rule {
	return Rule{
		Code: "KA006", Name: "upstream-lacks-origin", Severity: Error, In: Anywhere,
		Summary: "An upstream does not request the origin that is wanted from it.",
		Why: "A Stage verifies only Freight of the origins that it requests. Under All such an upstream closes the Stage for the origin. " +
			"Under OneOf the entry is dead.",
		Remedy: "Add the request to the upstream, or remove the entry.",
		check:  (*pass).upstreamsWithoutOrigin,
	}
}

func (p *pass) upstreamsWithoutOrigin() {
	for _, r := range p.requests {
		if r.Sources.Direct || p.lacksWarehouse(r) {
			continue // nothing is wanted from them, or of what there is
		}
		for _, upstream := range r.Sources.Upstreams() {
			stage := p.Stage(upstream)
			if stage == nil || upstream == r.name() || stage.Requests(r.Origin) {
				continue
			}
			f := Finding{
				Message: fmt.Sprintf("%s wants Freight of %s from %s, which does not request it%s", r.name(), r.Origin, upstream, p.consequence(r, upstream)),
				Place:   r.entry(upstream), Label: fmt.Sprintf("never verifies Freight of %s", r.Origin), Subject: r.subject(upstream),
				Related: []Related{{"its requests", p.stageObject(upstream).at(pathTo("spec", "requestedFreight"))}},
				Advice:  fmt.Sprintf("request %s in %s, or remove the entry", r.Origin, upstream),
			}
			switch {
			case r.isAll():
				f.Effect = p.blocked(r)
			case p.hasOther(r, upstream):
				f.Severity = Warning
			default:
				continue // none can pass it on, which is one finding
			}
			p.report(f)
		}
	}
}
