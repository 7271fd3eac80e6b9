package lint

import (
	"fmt"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func strategyChangeIsOneWay() Rule {
	return Rule{
		Code: "KA115", Name: "strategy-change-is-one-way", Severity: Note, In: FilesOnly,
		Summary: "The strategy of a control-flow Stage changes, which cannot be taken back for the Freight that is there.",
		Why: "What a control-flow Stage has passed on stays verified. From All to OneOf it passes on at once what any upstream has verified, and changing it back does not undo that. " +
			"From OneOf to All it holds back only what is still to come. Found with --against a git revision.",
		Remedy: "Look first at what it means: kubectl kargo-avail what-if STAGE=any.",
		check:  func(*pass) {}, // it takes two inputs: see Since
	}
}

// strategyChanges reports the control-flow Stages whose strategy was another one.
func (p *pass) strategyChanges(before *Project) {
	for _, r := range p.requests {
		old := before.Stage(r.name())
		if old == nil || !r.stage.IsControlFlow() || !old.IsControlFlow() || r.Sources.Direct {
			continue
		}
		for _, was := range old.Spec.RequestedFreight {
			if was.Origin != r.Origin || was.Sources.AvailabilityStrategy.Normal() == r.Sources.AvailabilityStrategy.Normal() {
				continue
			}
			f := Finding{
				Place: r.at("sources", "availabilityStrategy"), Subject: r.subject("") + string(r.Sources.AvailabilityStrategy.Normal()),
				Label: fmt.Sprintf("was %s", was.Sources.AvailabilityStrategy.Normal()), Advice: fmt.Sprintf("before you apply this, see what it does: kubectl kargo-avail what-if %s=%s", r.name(), word(r.Sources.AvailabilityStrategy)),
				Message: fmt.Sprintf("this change makes %s pass on, at once, all Freight that any one upstream has verified: changing it back does not undo that", r.name()),
			}
			if r.isAll() {
				f.Message = fmt.Sprintf("this change makes %s ask for all of its upstreams: Freight that it has passed on already stays passed on", r.name())
			}
			p.report(f)
		}
	}
}

// word is a strategy on the command line.
func word(s kargo.Strategy) string {
	if s == kargo.All {
		return "all"
	}
	return "any"
}
