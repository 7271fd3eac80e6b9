package lint

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func matchUpstreamWithoutAuto() Rule {
	return Rule{
		Code: "KA215", Name: "match-upstream-without-auto", Severity: Note, In: Anywhere,
		Summary: "MatchUpstream at a Stage that is not auto-promoted.",
		Why:     "It says what auto-promotion picks. Without auto-promotion it still hides from the web UI, and from the API's listing, what the upstream does not run now, though it can be promoted.",
		Remedy:  "Remove it, or switch auto-promotion on.",
		needs:   []pipeline.Kind{pipeline.Policies},
		check:   (*pass).matchUpstreamByHand,
	}
}

func (p *pass) matchUpstreamByHand() {
	if p.PoliciesFromStatus && !p.input.isSaved() || !p.input.Releases.Since("v1.8.0") {
		return // the policies are somewhere else
	}
	for _, r := range p.requests {
		if !r.Sources.MatchesUpstream() || r.Sources.Direct || r.stage.IsControlFlow() || p.auto(r.stage).Enabled != avail.No {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s sets selectionPolicy: MatchUpstream, but auto-promotion is off: the setting only hides Freight in the web UI", r.name()),
			Place:   r.at("sources", "autoPromotionOptions", "selectionPolicy"), Label: "says what auto-promotion picks", Subject: r.subject(""),
			Advice: "remove it, or switch auto-promotion on",
			Effect: p.overlooked(r),
		})
	}
}
