package lint

import "fmt"

func matchUpstreamMisuse() Rule {
	return Rule{
		Code: "KA212", Name: "match-upstream-misuse", Severity: Error, In: Anywhere,
		Summary: "MatchUpstream without exactly one upstream.",
		Why:     "It follows one upstream Stage. Kargo's webhook refuses it together with direct, and with no or several upstreams. Where the webhook is not installed, the listing fails over none.",
		Remedy:  "List one upstream, or use NewestFreight.",
		check:   (*pass).matchUpstreamMisused,
	}
}

func (p *pass) matchUpstreamMisused() {
	if !p.input.Releases.Since("v1.8.0") {
		return
	}
	for _, r := range p.requests {
		if !r.Sources.MatchesUpstream() || !r.Sources.Direct && len(r.Sources.Stages) == 1 {
			continue
		}
		why := fmt.Sprintf("it lists %d upstreams", len(r.Sources.Stages))
		if r.Sources.Direct {
			why = "it takes Freight directly"
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s is to follow one upstream, and %s: Kargo's webhook refuses the Stage", r.name(), why),
			Place:   r.at("sources", "autoPromotionOptions", "selectionPolicy"), Label: "needs exactly one upstream", Subject: r.subject(""),
			Advice: "list one upstream, or remove selectionPolicy",
		})
	}
}
