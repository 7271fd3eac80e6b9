package lint

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
)

func allOfNone() Rule {
	return Rule{
		Code: "KA102", Name: "all-of-none", Severity: Error, In: Anywhere,
		Summary: "A Stage asks for all of no upstreams.",
		Why: "availabilityStrategy: All over an empty list of Stages holds for every piece of Freight: what reads like the strictest setting admits everything the Warehouse finds. " +
			"Kargo's promotion check does so from v1.3.3 on, its listing, and with it auto-promotion, from v1.8.0 on.",
		Remedy: "List the upstream Stages, or write direct: true if Freight is to come straight from the Warehouse.",
		check:  (*pass).allOfNone,
	}
}

func (p *pass) allOfNone() {
	for _, r := range p.requests {
		if len(r.Sources.Stages) > 0 || p.trial.Stage(r.name()).Judge(fresh(r.Origin)).Verdict != avail.VerdictAllOfNothing {
			continue
		}
		f := Finding{
			Message: fmt.Sprintf("%s asks for all of no upstreams: everything that %s finds is available there at once, verified by no Stage", r.name(), r.Origin),
			Place:   r.at("sources", "availabilityStrategy"), Label: "holds for every piece of Freight", Subject: r.subject(""),
			Advice: "list the upstream Stages, or write direct: true",
			Effect: p.admitted(r),
		}
		if r.has("sources", "stages") {
			f.Related = append(f.Related, Related{"no Stage is listed", r.at("sources", "stages")})
		}
		p.report(f)
	}
}
