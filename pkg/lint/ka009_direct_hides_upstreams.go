package lint

import "fmt"

func directHidesUpstreams() Rule {
	return Rule{
		Code: "KA009", Name: "direct-hides-upstreams", Severity: Warning, In: Anywhere,
		Summary: "A request takes Freight directly and lists upstreams, which then have no effect.",
		Why: "direct: true admits everything that the Warehouse finds, at once. Upstreams, strategy and soak beside it are never looked at. " +
			"Up to Kargo v0.9 it was the other way round.",
		Remedy: "Remove direct, or remove what it hides.",
		check:  (*pass).directWithUpstreams,
	}
}

func (p *pass) directWithUpstreams() {
	for _, r := range p.requests {
		if !r.Sources.Direct || len(r.Sources.Stages) == 0 {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s takes Freight of %s directly: listing %s has no effect", r.name(), r.Origin, and(r.Sources.Upstreams())),
			Place:   r.at("sources", "direct"), Label: "admits everything at once", Subject: r.subject(""),
			Related: []Related{{"never looked at", r.at("sources", "stages")}},
			Fix:     &Fix{Unsafe, "remove direct", []Edit{remove(r.object, r.path("sources", "direct"))}},
			Effect:  p.admittedUnverified(r),
		})
	}
}

// admittedUnverified says which Freight at hand is available though no upstream has
// verified it.
func (p *pass) admittedUnverified(r request) *Effect {
	e := p.admitted(r)
	if e == nil {
		return nil
	}
	list := e.Freight[:0:0]
	for _, f := range e.Freight {
		verified := false
		for _, upstream := range r.Sources.Upstreams() {
			verified = verified || f.Status.VerifiedIn.Has(upstream)
		}
		if !verified {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return &Effect{fmt.Sprintf("available at %s now, without a verification in them: %s", r.name(), names(list)), list}
}
