package lint

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func autoRetryExhausted() Rule {
	return Rule{
		Code: "KA219", Name: "auto-retry-exhausted", Severity: Warning, In: ClusterOnly, Issues: []string{"kargo#5147"},
		Summary: "The Freight that auto-promotion would pick has failed once, and is not tried again.",
		Why:     "Kargo does not repeat a Promotion that did not succeed, and does not fall back to older Freight: the Stage stays as it is until newer Freight comes, or somebody promotes by hand.",
		Remedy:  "Look why the Promotion failed, and promote by hand.",
		needs:   []pipeline.Kind{pipeline.Freight, pipeline.Warehouses, pipeline.Promotions, pipeline.Policies},
		check:   (*pass).notTriedAgain,
	}
}

func (p *pass) notTriedAgain() {
	for _, stage := range p.Stages {
		if !p.isAuto(stage) {
			continue
		}
		name := stage.Metadata.Name
		view := p.live.Stage(name)
		candidates := autopromote.Candidates(view, avail.Configured)
		for _, origin := range pipeline.Origins(stage) {
			f := candidates[origin]
			if f == nil {
				continue
			}
			guard := autopromote.GuardOf(view, f)
			if guard.Reason != autopromote.GuardUnsuccessful {
				continue
			}
			p.report(Finding{
				Message: fmt.Sprintf("auto-promotion does not retry %s in %s, because Promotion %s did not succeed", f.Title(), name, guard.Promotion),
				Place:   p.stageObject(name).at(""), Subject: origin.String() + " " + f.Metadata.Name,
				Advice: fmt.Sprintf("find out why, then run: kargo promote --project=%s --freight=%s --stage=%s", p.Name, f.Metadata.Name, name),
			})
		}
	}
}
