package lint

import (
	"fmt"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func soakLongerThanCadence() Rule {
	return Rule{
		Code: "KA113", Name: "soak-longer-than-cadence", Severity: Warning, In: ClusterOnly,
		Summary: "The upstream gets new Freight more often than the soak lasts.",
		Why:     "Freight soaks only while it is in the upstream. Where auto-promotion replaces it before the soak is over, it has left too early, and nothing ever arrives.",
		Remedy:  "Make the soak shorter, promote to the upstream less often, or let the upstream follow its own upstream (MatchUpstream).",
		needs:   []pipeline.Kind{pipeline.Policies},
		check:   (*pass).soaksTooLong,
	}
}

func (p *pass) soaksTooLong() {
	for _, r := range p.requests {
		need := r.Sources.RequiredSoakTime
		if need == nil || *need <= 0 || r.Sources.Direct {
			continue
		}
		for _, upstream := range r.Sources.Upstreams() {
			stage := p.Stage(upstream)
			if stage == nil || !p.isAuto(stage) {
				continue
			}
			median, of, ok := cadence(stage)
			if !ok || median >= time.Duration(*need) {
				continue
			}
			p.report(Finding{
				Message: fmt.Sprintf("%s waits for %s in %s, which gets new Freight every %s (median of %d): Freight leaves before it has soaked", r.name(), *need, upstream, median.Round(time.Second), of),
				Place:   r.at("sources", "requiredSoakTime"), Label: "longer than Freight stays", Subject: r.subject(upstream),
				Related: []Related{{"auto-promoted", r.entry(upstream)}},
				Advice:  "make the soak shorter, or promote to " + upstream + " less often",
				Effect:  p.blocked(r),
			})
			break
		}
	}
}
