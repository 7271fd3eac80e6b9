package lint

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func listedButRefused() Rule {
	return Rule{
		Code: "KA202", Name: "listed-but-refused", Severity: Error, In: Anywhere,
		Summary: "Auto-promotion picks Freight that Kargo refuses to promote, now.",
		Why: "Kargo decides twice: its listing says what auto-promotion picks, its promotion check what may be promoted. Where they disagree about the candidate, " +
			"every attempt is refused, the Stage is not Ready, and neither older Freight nor the origins after this one are tried.",
		Remedy: "The page of the setting behind it says what to do; until then, promote older Freight by hand.",
		needs:  []pipeline.Kind{pipeline.Freight, pipeline.Warehouses, pipeline.Policies},
		check:  (*pass).listedButRefused,
	}
}

func (p *pass) listedButRefused() {
	for _, stage := range p.Stages {
		if !p.isAuto(stage) {
			continue
		}
		view := p.live.Stage(stage.Metadata.Name)
		for _, origin := range pipeline.Origins(stage) {
			f := autopromote.Candidates(view, avail.Configured)[origin]
			if f == nil {
				continue
			}
			j := view.Judge(f)
			guard := autopromote.GuardOf(view, f).Reason
			if j.Available[avail.Configured] || guard == autopromote.GuardCurrent || guard == autopromote.GuardHeld {
				continue
			}
			i := slices.IndexFunc(p.requests, func(r request) bool { return r.stage == stage && r.Origin == origin })
			finding := Finding{
				Message: fmt.Sprintf("auto-promotion picks %s of %s for %s, but Kargo refuses it: nothing is auto-promoted to %s until Kargo admits %s", f.Title(), origin, stage.Metadata.Name, stage.Metadata.Name, f.Title()),
				Place:   p.requests[i].at("sources"), Subject: origin.String(),
				Advice: fmt.Sprintf("wait until %s is available to %s; until then, promote other Freight by hand", f.Title(), stage.Metadata.Name),
			}
			if len(j.Divergences) > 0 {
				finding.Label = j.Divergences[0].String()
			}
			p.report(finding)
		}
	}
}
