package lint

import (
	"fmt"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

func anyIntoAuto() Rule {
	return Rule{
		Code: "KA201", Name: "any-into-auto", Severity: Warning, In: Anywhere, Issues: []string{"kargo#1166", "kargo#3207", "kargo#1168"},
		Summary: "Auto-promotion ships what only one of several upstreams has verified.",
		Why: "Without availabilityStrategy, or with OneOf, one upstream is enough. With auto-promotion the first upstream that verifies a piece of Freight ships it, " +
			"whatever the others find out later.",
		Remedy: "Set availabilityStrategy: All if every upstream has to verify Freight first. If one is meant to be enough, suppress the finding and say why.",
		needs:  []pipeline.Kind{pipeline.Policies},
		check:  (*pass).anyIntoAuto,
	}
}

func (p *pass) anyIntoAuto() {
	for _, r := range p.requests {
		upstreams := slices.DeleteFunc(slices.Clone(r.Sources.Upstreams()), func(name string) bool { return p.Stage(name) == nil || name == r.name() })
		if r.Sources.Direct || r.isAll() || !r.Sources.AvailabilityStrategy.Known() || len(upstreams) < 2 || !p.isAuto(r.stage) || p.anyDominates(r, upstreams) {
			continue
		}
		p.report(p.anyInto(r, upstreams))
	}
}

// anyDominates reports whether one upstream has verified all that another one passes on,
// which is a bypass and not a choice.
func (p *pass) anyDominates(r request, upstreams []string) bool {
	flow := p.flow(r.Origin)
	return slices.ContainsFunc(upstreams, func(a string) bool {
		return slices.ContainsFunc(upstreams, func(b string) bool { return flow.dominates(a, b) })
	})
}

func (p *pass) anyInto(r request, upstreams []string) Finding {
	f := Finding{
		Message: fmt.Sprintf("auto-promotion ships to %s what any one of %d upstreams has verified", r.name(), len(upstreams)),
		Place:   r.at("sources", "availabilityStrategy"), Label: "availabilityStrategy is not set: OneOf", Subject: r.subject(""),
		Fix:    &Fix{Unsafe, "availabilityStrategy: All", []Edit{set(r.object, r.path("sources", "availabilityStrategy"), string(kargo.All))}},
		Effect: p.underAll(r),
	}
	if r.Sources.AvailabilityStrategy != "" {
		f.Label = "one of them is enough"
	}
	if runs, missing := p.unverifiedBy(r, upstreams); runs != nil {
		f.Related = append(f.Related, Related{fmt.Sprintf("has not verified %s, which %s runs now", runs.Title(), r.name()), r.entry(missing)})
	}
	if place, ok := p.policyPlace(r.stage); ok {
		f.Related = append(f.Related, Related{"the first policy that matches: auto-promotion is on", place})
	}
	if !p.isLast(r.name()) {
		f.Severity = Note
	}
	return f
}

// unverifiedBy returns what the Stage runs now of the request's origin and an upstream
// that has not verified it.
func (p *pass) unverifiedBy(r request, upstreams []string) (runs *kargo.Freight, upstream string) {
	current := r.stage.Status.Current()
	if current == nil {
		return nil, ""
	}
	f := p.FreightNamed(current.Items[r.Origin.String()].Name)
	if f == nil {
		return nil, ""
	}
	for _, name := range upstreams {
		if !f.Status.VerifiedIn.Has(name) {
			return f, name
		}
	}
	return nil, ""
}
