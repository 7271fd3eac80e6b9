package lint

import (
	"fmt"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func verificationCannotStart() Rule {
	return Rule{
		Code: "KA305", Name: "verification-cannot-start", Severity: Error, In: ClusterOnly, Issues: []string{"kargo#2586"},
		Summary: "Verifications cannot start, as Kargo's integration with Argo Rollouts is off.",
		Why:     "A Stage with a verification needs Argo Rollouts' AnalysisRuns. Where the integration is switched off, each verification ends in an error, and nothing passes on from the Stage.",
		Remedy:  "Install Argo Rollouts' CRDs, and switch the integration on in Kargo's chart.",
		check:   (*pass).verificationsCannotStart,
	}
}

func (p *pass) verificationsCannotStart() {
	for _, stage := range p.Stages {
		current := stage.Status.Current()
		if current == nil || len(current.VerificationHistory) == 0 {
			continue
		}
		newest := current.VerificationHistory[0]
		if newest.Phase != kargo.VerificationError || !strings.Contains(newest.Message, "Rollouts integration is disabled") {
			continue
		}
		name := stage.Metadata.Name
		p.report(Finding{
			Message: fmt.Sprintf("%s cannot verify anything: Kargo's integration with Argo Rollouts is off", name),
			Place:   p.stageObject(name).at(pathTo("spec", "verification")), Label: "needs AnalysisRuns",
			Advice: "switch the integration on in Kargo's chart",
		})
	}
}
