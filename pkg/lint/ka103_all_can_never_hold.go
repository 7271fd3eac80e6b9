package lint

import (
	"fmt"
	"slices"
)

func allCanNeverHold() Rule {
	return Rule{
		Code: "KA103", Name: "all-can-never-hold", Severity: Error, In: Anywhere,
		Summary: "A Stage asks for all of its upstreams, and one of them gets no new Freight.",
		Why: "Under All one upstream that verifies no new Freight closes the Stage, and those behind it. The reason is further up: " +
			"it is reported there, and this says what else it breaks. Freight that the upstream verified before, or got by approval, still counts.",
		Remedy: "Correct what keeps the upstream from getting Freight, or take it out of the list.",
		check:  (*pass).allCanNeverHold,
	}
}

func (p *pass) allCanNeverHold() {
	if p.input.Partial {
		return
	}
	for _, r := range p.requests {
		reached := p.flow(r.Origin).reached
		if r.Sources.Direct || !r.isAll() || !slices.ContainsFunc(r.Sources.Upstreams(), func(name string) bool { return reached[name] }) {
			continue // nobody expects anything of it
		}
		for _, upstream := range r.Sources.Upstreams() {
			stage := p.Stage(upstream)
			if stage == nil || upstream == r.name() || !stage.Requests(r.Origin) || reached[upstream] || p.waitsForEachOther(r, upstream) {
				continue // reported by itself
			}
			p.report(Finding{
				Message: fmt.Sprintf("%s needs all of %s, but %s gets no new Freight of %s: %s gets none either", r.name(), and(r.Sources.Upstreams()), upstream, r.Origin, r.name()),
				Place:   r.entry(upstream), Label: "gets no new Freight", Subject: r.subject(upstream),
				Related: []Related{{"another finding here may say why", p.stageObject(upstream).at(pathTo("spec", "requestedFreight"))}},
				Advice:  "correct what keeps " + upstream + " from getting Freight, or take it out of the list",
				Effect:  p.blocked(r),
			})
			break
		}
	}
}

// waitsForEachOther reports whether an upstream takes Freight from the Stage in turn.
func (p *pass) waitsForEachOther(r request, upstream string) bool {
	for _, group := range components(p.stageNames(), p.edges(r.Origin)) {
		in := 0
		for _, name := range group {
			if name == r.name() || name == upstream {
				in++
			}
		}
		if in == 2 {
			return true
		}
	}
	return false
}
