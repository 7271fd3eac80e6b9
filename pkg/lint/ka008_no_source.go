package lint

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
)

func noSource() Rule {
	return Rule{
		Code: "KA008", Name: "no-source", Severity: Error, In: Anywhere,
		Summary: "A request has neither direct nor any upstream.",
		Why: "The documentation of Kargo's API asks for one of both, and nothing checks it. No Freight is ever available by such a request without an approval, " +
			"and the Stages behind it get none either.",
		Remedy: "Write direct: true, or list the upstream Stages.",
		check:  (*pass).withoutSource,
	}
}

func (p *pass) withoutSource() {
	for _, r := range p.requests {
		if r.Sources.Direct || len(r.Sources.Stages) > 0 || p.trial.Stage(r.name()).Judge(fresh(r.Origin)).Verdict != avail.VerdictNoSource {
			continue
		}
		f := Finding{
			Message: fmt.Sprintf("%s gets no new Freight of %s: the request names no source", r.name(), r.Origin),
			Place:   r.at("sources"), Label: "neither direct: true nor any stages", Subject: r.subject(""),
			Advice: "write direct: true, or list the upstream Stages",
			Effect: p.blocked(r),
		}
		if r.has("sources", "stages") {
			f.Place = r.at("sources", "stages")
		}
		p.report(f)
	}
}
