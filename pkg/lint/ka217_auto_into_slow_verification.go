package lint

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func autoIntoSlowVerification() Rule {
	return Rule{
		Code: "KA217", Name: "auto-into-slow-verification", Severity: Note, In: ClusterOnly, Issues: []string{"kargo#5708", "kargo#7032"},
		Summary: "Auto-promotion replaces Freight before its verification has ended.",
		Why:     "The next Promotion takes over while the verification still runs. What is replaced is never verified, and the Stages behind it get nothing.",
		Remedy:  "Make the verification faster, or promote to the Stage less often.",
		needs:   []pipeline.Kind{pipeline.Policies},
		check:   (*pass).slowVerifications,
	}
}

func (p *pass) slowVerifications() {
	for _, stage := range p.Stages {
		name := stage.Metadata.Name
		if !p.isAuto(stage) || !p.verifies(stage) || len(stage.Status.FreightHistory) < 2 {
			continue
		}
		past := stage.Status.FreightHistory[1:] // what runs now may yet be verified
		open := 0
		for _, collection := range past {
			if !slices.ContainsFunc(collection.VerificationHistory, func(v kargo.Verification) bool { return !v.Phase.Open() }) {
				open++
			}
		}
		const many = 3
		if open < many {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("%d of the last %d pieces of Freight in %s were replaced before their verification had ended", open, len(past), name),
			Place:   p.stageObject(name).at(pathTo("spec", "verification")), Label: "takes longer than Freight stays",
			Advice: "make the verification faster, or promote to " + name + " less often",
		})
	}
}
