package lint

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
)

func allWithSoakStopsAuto() Rule {
	return Rule{
		Code: "KA107", Name: "all-with-soak-stops-auto", Severity: Error, In: Anywhere, Issues: []string{"kargo#4586"},
		Summary: "All together with a soak keeps auto-promotion from seeing Freight that also soaked in other Stages.",
		Why: "With a soak, Kargo's listing wants the Stages in which Freight has soaked to be exactly the listed ones. Freight that has passed a Stage before them has soaked there, too, " +
			"and drops out: auto-promotion and the web UI never see it, and a control-flow Stage never passes it on. Promotion by hand works. A soak of 0s does it, too.",
		Remedy: "Drop the soak, use OneOf, or promote by hand: no setting has all three.",
		check:  (*pass).allWithSoak,
	}
}

func (p *pass) allWithSoak() {
	for _, r := range p.requests {
		if r.Sources.RequiredSoakTime == nil || r.Sources.Direct || len(r.Sources.Stages) == 0 {
			continue
		}
		if others := p.unlistedBy(r); len(others) > 0 {
			p.report(p.allWithSoakAt(r, others))
		}
	}
}

// unlistedBy returns the Stages in which Freight can soak on its way to a request, and
// then is available by it and not listed; none when it is listed anyway.
func (p *pass) unlistedBy(r request) []string {
	f := fresh(r.Origin)
	for _, upstream := range r.Sources.Upstreams() {
		stage := p.Stage(upstream)
		if stage == nil {
			return nil
		}
		f = passed(f, stage)
	}
	view := p.trial.Stage(r.name())
	if j := view.Judge(f); !j.Available[avail.Configured] || j.Listed[avail.Configured] != avail.Yes {
		return nil // something else is the matter
	}
	before := p.flow(r.Origin).before(p.Project, r.Request)
	for _, name := range before {
		j := view.Judge(passed(f, p.Stage(name)))
		if j.Listed[avail.Configured] != avail.No {
			return nil
		}
	}
	return before
}

func (p *pass) allWithSoakAt(r request, others []string) Finding {
	first := others[0]
	f := Finding{
		Severity: Warning,
		Place:    r.at("sources", "requiredSoakTime"), Label: "together with All", Subject: r.subject(""),
		Advice: "drop requiredSoakTime or availabilityStrategy: All, or promote by hand",
		Effect: p.overlooked(r),
	}
	f.Related = append(f.Related, Related{"with a soak, Kargo lists Freight that has soaked in exactly these Stages", r.at("sources", "availabilityStrategy")})
	where, why := fmt.Sprintf("Freight that also soaked in %s", first), fmt.Sprintf("%s does not list %s", r.name(), first)
	if i := slices.Index(others, r.name()); i >= 0 && len(others) == 1 {
		where, why = "Freight that also soaked in "+r.name()+" itself", r.name()+" is not its own upstream"
	}
	switch {
	case r.stage.IsControlFlow():
		f.Severity = Error
		f.Message = fmt.Sprintf("%s never passes on %s: with All and a soak, it may have soaked in no other Stage, and %s", r.name(), where, why)
	case p.isAuto(r.stage):
		f.Severity = Error
		f.Message = fmt.Sprintf("auto-promotion to %s skips %s: with All and a soak, it may have soaked in no other Stage, and %s", r.name(), where, why)
		if place, ok := p.policyPlace(r.stage); ok {
			f.Related = append(f.Related, Related{"auto-promotion is on by this policy", place})
		}
	default:
		f.Message = fmt.Sprintf("the web UI does not offer %s %s, and auto-promotion would skip it: %s; promotion by hand works", r.name(), where, why)
	}
	return f
}
