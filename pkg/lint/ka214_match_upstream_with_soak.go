package lint

import "fmt"

func matchUpstreamWithSoak() Rule {
	return Rule{
		Code: "KA214", Name: "match-upstream-with-soak", Severity: Warning, In: Anywhere,
		Summary: "MatchUpstream together with a soak: Freight has to be in the upstream still when it has soaked.",
		Why:     "Auto-promotion sees only what the upstream runs now. Where the upstream gets new Freight before the soak is over, which an upstream with auto-promotion mostly does, nothing is ever promoted.",
		Remedy:  "Drop the soak or MatchUpstream, or switch off auto-promotion of the upstream.",
		check:   (*pass).matchUpstreamSoaks,
	}
}

func (p *pass) matchUpstreamSoaks() {
	for _, r := range p.requests {
		need := r.Sources.RequiredSoakTime
		if !r.Sources.MatchesUpstream() || need == nil || *need <= 0 || r.Sources.Direct || len(r.Sources.Upstreams()) != 1 || !p.input.Releases.Since("v1.8.0") {
			continue
		}
		upstream := p.Stage(r.Sources.Upstreams()[0])
		if upstream == nil || upstream.IsControlFlow() {
			continue
		}
		f := Finding{
			Message: fmt.Sprintf("auto-promotion to %s takes Freight only if %s still runs it after %s: Freight that is replaced there sooner never comes", r.name(), upstream.Metadata.Name, *need),
			Place:   r.at("sources", "requiredSoakTime"), Label: "until then it must stay there", Subject: r.subject(""),
			Related: []Related{{"only what the upstream runs now", r.at("sources", "autoPromotionOptions", "selectionPolicy")}},
			Advice:  "remove requiredSoakTime or selectionPolicy",
		}
		if !p.isAuto(upstream) {
			f.Severity = Note
		}
		p.report(f)
	}
}
