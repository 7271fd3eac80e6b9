package lint

import "fmt"

func upstreamInOtherProject() Rule {
	return Rule{
		Code: "KA013", Name: "upstream-in-other-project", Severity: Error, In: Anywhere,
		Summary: "A Stage lists an upstream that exists only in another Project.",
		Why:     "Kargo looks for upstreams in the namespace of the Stage, and nowhere else. A Stage of another Project is no upstream, whatever its name.",
		Remedy:  "Move the Stages into one Project, or let the Warehouse of this Project find what the other Project publishes.",
		check:   (*pass).upstreamsElsewhere,
	}
}

func (p *pass) upstreamsElsewhere() {
	for _, r := range p.requests {
		for _, upstream := range r.Sources.Upstreams() {
			if p.Stage(upstream) != nil {
				continue
			}
			other := p.elsewhere(upstream)
			if other == nil {
				continue
			}
			f := Finding{
				Message: fmt.Sprintf("%s lists the upstream %s, which exists only in Project %s%s", r.name(), upstream, other.Project, p.consequence(r, upstream)),
				Place:   r.entry(upstream), Label: fmt.Sprintf("not in Project %s", p.Name), Subject: r.subject(upstream),
				Related: []Related{{"the Stage of Project " + other.Project, other.at("")}},
				Advice:  "move the Stages into one Project",
			}
			if p.input.Partial {
				f.Severity = Note
			} else {
				f.Effect = p.blocked(r)
			}
			p.report(f)
		}
	}
}
