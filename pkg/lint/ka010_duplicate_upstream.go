package lint

import (
	"fmt"
	"slices"
)

func duplicateUpstream() Rule {
	return Rule{
		Code: "KA010", Name: "duplicate-upstream", Severity: Note, In: Anywhere,
		Summary: "A request lists the same upstream twice.",
		Why:     "It counts once: All of two equal names is All of one. MatchUpstream refuses a list of two.",
		Remedy:  "Remove one of the entries. Perhaps another Stage was meant.",
		check:   (*pass).duplicateUpstreams,
	}
}

func (p *pass) duplicateUpstreams() {
	for _, r := range p.requests {
		for i, name := range r.Sources.Stages {
			first := slices.Index(r.Sources.Stages, name)
			if first == i {
				continue
			}
			p.report(Finding{
				Message: fmt.Sprintf("%s lists the upstream %s twice: it counts once", r.name(), name),
				Place:   r.valueAt("sources", "stages", i), Label: "listed again", Subject: r.subject(name),
				Related: []Related{{"listed here first", r.valueAt("sources", "stages", first)}},
				Fix:     &Fix{Safe, "remove the second one", []Edit{remove(r.object, r.path("sources", "stages", i))}},
			})
		}
	}
}
