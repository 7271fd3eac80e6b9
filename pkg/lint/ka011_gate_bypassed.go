package lint

import "fmt"

func gateBypassed() Rule {
	return Rule{
		Code: "KA011", Name: "gate-bypassed", Severity: Warning, In: Anywhere,
		Summary: "A Stage takes Freight from a Stage, or from one before it: the later one holds nothing back.",
		Why: "Under OneOf one upstream is enough. Where all Freight of one upstream has passed another one before, the other one lets it in as soon as it has verified it, " +
			"whatever the later one finds.",
		Remedy: "List only the later Stage, or set availabilityStrategy: All.",
		check:  (*pass).gatesBypassed,
	}
}

func (p *pass) gatesBypassed() {
	for _, r := range p.requests {
		if r.Sources.Direct || r.isAll() || r.Sources.RequiredSoakTime != nil {
			continue
		}
		flow := p.flow(r.Origin)
		reported, upstreams := map[string]bool{}, flow.setOf(r.Sources.Upstreams())
		for _, later := range r.Sources.Upstreams() {
			if !flow.hasPassed(later).meets(upstreams) {
				continue
			}
			for _, earlier := range r.Sources.Upstreams() {
				if reported[later] || later == r.name() || earlier == r.name() || !flow.dominates(earlier, later) {
					continue
				}
				reported[later] = true
				p.report(Finding{
					Message: fmt.Sprintf("%s takes Freight from %s or %s, and %s gets its Freight by way of %s: Freight can reach %s without %s",
						r.name(), earlier, later, later, earlier, r.name(), later),
					Place: r.entry(earlier), Label: fmt.Sprintf("lets Freight in before %s has looked at it", later), Subject: r.subject(earlier + " " + later),
					Related: []Related{{fmt.Sprintf("gets nothing that %s has not verified", earlier), r.entry(later)}},
					Advice:  fmt.Sprintf("list only %s, or set availabilityStrategy: All", later),
					Effect:  p.earlier(r, later),
					Fix:     &Fix{Unsafe, "remove " + earlier, p.removeEntries(r, earlier)},
				})
			}
		}
	}
}

// earlier says which Freight at hand is available though a Stage has not verified it.
func (p *pass) earlier(r request, stage string) *Effect {
	e := p.admitted(r)
	if e == nil {
		return nil
	}
	list := e.Freight[:0:0]
	for _, f := range e.Freight {
		if !f.Status.VerifiedIn.Has(stage) && !f.Status.ApprovedFor.Has(r.name()) {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return &Effect{fmt.Sprintf("available at %s now, though %s has not let it through: %s", r.name(), stage, names(list)), list}
}

// removeEntries removes a name wherever a request lists it.
func (p *pass) removeEntries(r request, upstream string) []Edit {
	var edits []Edit
	for i, name := range r.Sources.Stages {
		if name == upstream {
			edits = append(edits, remove(r.object, r.path("sources", "stages", i)))
		}
	}
	return edits
}
