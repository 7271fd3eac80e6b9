package lint

import "fmt"

func redundantUpstream() Rule {
	return Rule{
		Code: "KA012", Name: "redundant-upstream", Severity: Note, In: Anywhere,
		Summary: "A Stage asks for all of two upstreams, one of which passes on only what the other one has verified.",
		Why: "Under All the later upstream alone says the same: Freight that it has verified has passed the earlier one. " +
			"Some prefer to write both; what is approved for the later one, and not verified in the earlier one, is the difference.",
		Remedy: "List only the later Stage, or leave it as it is and suppress the note.",
		check:  (*pass).redundantUpstreams,
	}
}

func (p *pass) redundantUpstreams() {
	for _, r := range p.requests {
		if r.Sources.Direct || !r.isAll() || r.Sources.RequiredSoakTime != nil {
			continue
		}
		flow := p.flow(r.Origin)
		passed := newSet(len(p.Stages))
		for _, later := range r.Sources.Upstreams() {
			passed.join(flow.hasPassed(later))
		}
		for _, earlier := range r.Sources.Upstreams() {
			if !flow.isIn(earlier, passed) {
				continue
			}
			for _, later := range r.Sources.Upstreams() {
				if earlier == r.name() || later == r.name() || !flow.dominates(earlier, later) {
					continue
				}
				p.report(Finding{
					Message: fmt.Sprintf("%s asks for %s and for %s, and %s gets only what %s has verified: %s alone says the same", r.name(), earlier, later, later, earlier, later),
					Place:   r.entry(earlier), Label: "says nothing more", Subject: r.subject(earlier),
					Advice: "list only " + later,
				})
				break
			}
		}
	}
}
