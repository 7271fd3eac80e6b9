package lint

import (
	"fmt"
	"slices"
	"strings"
)

func deadEndCheck() Rule {
	return Rule{
		Code: "KA015", Name: "dead-end-check", Severity: Note, In: Anywhere, Issues: []string{"kargo#3207"},
		Summary: "A Stage verifies Freight, and nothing waits for it, while others beside it are waited for.",
		Why:     "Its verification guards nothing: Freight that fails there goes on by way of the Stages beside it. Often the entry in the next Stage was forgotten.",
		Remedy:  "Add it to the Stages that take from those beside it, with availabilityStrategy: All; or suppress the note.",
		check:   (*pass).deadEnds,
	}
}

func (p *pass) deadEnds() {
	siblings := map[string][]request{}
	for _, r := range p.requests {
		if !r.Sources.Direct && len(r.Sources.Stages) > 0 {
			key := upstreamKey(r)
			siblings[key] = append(siblings[key], r)
		}
	}
	for _, r := range p.requests {
		if r.stage.IsControlFlow() || !p.verifies(r.stage) || !p.isLast(r.name()) {
			continue
		}
		beside := p.feeding(siblings[upstreamKey(r)], r)
		if beside == nil {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("no Stage takes Freight from %s: Freight of %s that fails its verification still goes on through %s", r.name(), r.Origin, beside.name()),
			Place:   r.object.at(pathTo("spec", "verification")), Label: "guards nothing", Subject: r.subject(""),
			Related: []Related{{fmt.Sprintf("%s takes from %s alone", p.feeds[beside.name()][0].name(), beside.name()), p.feeds[beside.name()][0].entry(beside.name())}},
			Advice:  fmt.Sprintf("add %s to the upstreams of %s, with availabilityStrategy: All", r.name(), p.feeds[beside.name()][0].name()),
		})
	}
}

func upstreamKey(r request) string {
	return r.Origin.String() + " " + strings.Join(slices.Sorted(slices.Values(r.Sources.Upstreams())), " ")
}

// feeding returns a request of a Stage with the same upstreams, from
// which others take Freight; nil when there is none.
func (p *pass) feeding(siblings []request, r request) *request {
	for i := range siblings {
		s := &siblings[i]
		feeds := slices.ContainsFunc(p.feeds[s.name()], func(next request) bool { return next.Origin == r.Origin && next.name() != s.name() })
		if s.name() != r.name() && !s.stage.IsControlFlow() && feeds {
			return s
		}
	}
	return nil
}
