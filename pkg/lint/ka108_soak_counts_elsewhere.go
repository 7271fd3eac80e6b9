package lint

import (
	"fmt"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func soakCountsElsewhere() Rule {
	return Rule{
		Code: "KA108", Name: "soak-counts-elsewhere", Severity: Warning, In: Anywhere, Issues: []string{"kargo#4586"},
		Summary: "Freight that soaked in another Stage than the listed ones is proposed before it has soaked there.",
		Why: "Under OneOf Kargo's listing counts a soak in any Stage, its promotion check only one in a listed Stage. Auto-promotion takes the newest listed Freight, the webhook refuses it, " +
			"the Stage is not Ready, and the origins after this one are not looked at until the soak is over. A control-flow Stage passes such Freight on, though nothing has soaked.",
		Remedy: "Make the soak at the Stages that are listed longer than any Freight can stay in the Stages before them, drop it, or switch auto-promotion off.",
		check:  (*pass).soaksElsewhere,
	}
}

func (p *pass) soaksElsewhere() {
	for _, r := range p.requests {
		need := r.Sources.RequiredSoakTime
		if need == nil || *need <= 0 || r.Sources.Direct || r.isAll() {
			continue
		}
		if other := p.soaksEarlier(r); other != "" {
			p.report(p.soakElsewhere(r, other))
		}
	}
}

// soaksEarlier returns a Stage whose soak lets Freight be listed that is not available,
// as it has just come to the upstreams; "" when there is none.
func (p *pass) soaksEarlier(r request) string {
	view := p.trial.Stage(r.name())
	for _, name := range p.flow(r.Origin).before(p.Project, r.Request) {
		if name == r.name() {
			continue
		}
		f := passed(fresh(r.Origin), p.Stage(name))
		for _, upstream := range r.Sources.Upstreams() {
			if stage := p.Stage(upstream); stage != nil && !stage.IsControlFlow() {
				f = arrived(f, upstream, p.input.Now)
			}
		}
		if len(f.Status.VerifiedIn) < 2 {
			return ""
		}
		if j := view.Judge(f); j.Listed[avail.Configured] == avail.Yes && !j.Available[avail.Configured] {
			return name
		}
	}
	return ""
}

// arrived returns the Freight as it is when a Stage has just got and verified it.
func arrived(f *kargo.Freight, stage string, now time.Time) *kargo.Freight {
	after := *f
	after.Status.VerifiedIn = f.Status.VerifiedIn.With(stage, kargo.Verified{VerifiedAt: kargo.InstantOf(now)})
	after.Status.CurrentlyIn = f.Status.CurrentlyIn.With(stage, kargo.Residence{Since: &now})
	return &after
}

func (p *pass) soakElsewhere(r request, other string) Finding {
	f := Finding{
		Place: r.at("sources", "requiredSoakTime"), Subject: r.subject(""),
		Label:  fmt.Sprintf("a soak in %s, which is not listed here, counts for what auto-promotion sees, but not for what may be promoted", other),
		Advice: "drop the soak, or switch auto-promotion off and promote by hand",
		Effect: p.refused(r),
	}
	switch {
	case r.stage.IsControlFlow():
		f.Message = fmt.Sprintf("%s passes on Freight that has soaked in %s but not in %s", r.name(), other, and(r.Sources.Upstreams()))
	case p.isAuto(r.stage):
		f.Message = fmt.Sprintf("for %s, auto-promotion picks Freight that has soaked in %s but not yet in %s: Kargo refuses it, and auto-promotes nothing to %s until it has soaked there",
			r.name(), other, and(r.Sources.Upstreams()), r.name())
		if place, ok := p.policyPlace(r.stage); ok {
			f.Related = append(f.Related, Related{"auto-promotion is on by this policy", place})
		}
	default:
		f.Severity = Note
		f.Advice = "drop the soak, or promote only what has soaked"
		f.Message = fmt.Sprintf("the web UI offers %s Freight that has soaked in %s but not yet in %s: Kargo refuses to promote it", r.name(), other, and(r.Sources.Upstreams()))
	}
	return f
}
