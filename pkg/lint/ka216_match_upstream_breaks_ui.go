package lint

import "fmt"

func matchUpstreamBreaksUI() Rule {
	return Rule{
		Code: "KA216", Name: "match-upstream-breaks-ui", version: "v1.9.0", Severity: Warning, In: Anywhere, Issues: []string{"kargo#5935"},
		Summary: "MatchUpstream, in a Kargo whose web UI cannot list Freight with it.",
		Why:     "Kargo v1.8.x and v1.9.0 to v1.9.5 lack an index in the API server: the list of available Freight fails with \"index with name field:currentlyIn does not exist\". Auto-promotion works.",
		Remedy:  "Upgrade to v1.9.6, v1.10.0 or later.",
		check:   (*pass).matchUpstreamInUI,
	}
}

func (p *pass) matchUpstreamInUI() {
	releases := p.input.Releases
	if releases.IsUnknown() || !releases.Since("v1.8.0") || releases.Since("v1.9.6") {
		return
	}
	for _, r := range p.requests {
		if !r.Sources.MatchesUpstream() {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("the web UI of Kargo %s cannot list the Freight that is available to %s", releases, r.name()),
			Place:   r.at("sources", "autoPromotionOptions", "selectionPolicy"), Label: "needs v1.9.6 or v1.10.0", Subject: r.subject(""),
			Advice: "upgrade Kargo",
		})
	}
}
