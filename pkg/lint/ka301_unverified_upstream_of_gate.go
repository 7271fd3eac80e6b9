package lint

import "fmt"

func unverifiedUpstreamOfGate() Rule {
	return Rule{
		Code: "KA301", Name: "unverified-upstream-of-gate", Severity: Warning, In: Anywhere,
		Summary: "A Stage asks for all of its upstreams, and one of them verifies nothing, while another one does.",
		Why: "A Stage without verification counts as verified as soon as it is healthy. Beside upstreams that run an analysis it adds no finding of its own: " +
			"a gate over both reads like two checks.",
		Remedy: "Give the Stage a verification, or take it out of the list if its health alone means nothing.",
		check:  (*pass).unverifiedUpstreams,
	}
}

func (p *pass) unverifiedUpstreams() {
	for _, r := range p.requests {
		if r.Sources.Direct || !r.isAll() || len(r.Sources.Upstreams()) < 2 {
			continue
		}
		var without, with []string
		for _, upstream := range r.Sources.Upstreams() {
			stage := p.Stage(upstream)
			switch {
			case stage == nil || stage.IsControlFlow():
			case p.verifies(stage):
				with = append(with, upstream)
			default:
				without = append(without, upstream)
			}
		}
		if len(with) == 0 || len(without) == 0 {
			continue
		}
		f := Finding{
			Message: fmt.Sprintf("%s asks for all of %s, and %s has no verification: it counts as verified as soon as it is healthy", r.name(), and(r.Sources.Upstreams()), and(without)),
			Place:   r.entry(without[0]), Label: "no verification", Subject: r.subject(without[0]),
			Related: []Related{{"runs an analysis", p.stageObject(with[0]).at(pathTo("spec", "verification"))}},
			Advice:  "give " + and(without) + " a verification",
		}
		if p.checksHealth(p.Stage(without[0])) {
			f.Severity = Note
		}
		p.report(f)
	}
}
