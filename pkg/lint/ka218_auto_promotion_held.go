package lint

import (
	"fmt"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func autoPromotionHeld() Rule {
	return Rule{
		Code: "KA218", Name: "auto-promotion-held", Severity: Note, In: ClusterOnly,
		Summary: "Auto-promotion has been on hold for more than a week.",
		Why:     "Somebody promoted other Freight than the newest by hand, which pauses auto-promotion of the origin until the newest is promoted by hand. After a week nobody remembers.",
		Remedy:  "Promote the newest Freight by hand to resume.",
		check:   (*pass).heldForLong,
	}
}

// heldForTooLong is after how long a hold is worth a note.
const heldForTooLong = 7 * 24 * time.Hour

func (p *pass) heldForLong() {
	for _, stage := range p.Stages {
		for _, origin := range pipeline.Origins(stage) {
			hold := autopromote.HoldOf(stage, p.live.Rules(), origin)
			if hold == nil || hold.CreatedAt == nil || p.input.Now.Sub(*hold.CreatedAt) < heldForTooLong {
				continue
			}
			name := stage.Metadata.Name
			f := Finding{
				Message: fmt.Sprintf("auto-promotion of %s to %s has been on hold since %s", origin, name, hold.CreatedAt.UTC().Format(time.DateOnly)),
				Place:   p.stageObject(name).at(pathTo("status", "effectiveAutoPromotionHolds", origin.String())), Subject: origin.String(),
				Advice: "promote the newest Freight by hand to resume",
			}
			if hold.Actor != "" {
				f.Label = "by " + hold.Actor
			}
			p.report(f)
		}
	}
}
