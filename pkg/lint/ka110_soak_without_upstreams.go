package lint

import "fmt"

func soakWithoutUpstreams() Rule {
	return Rule{
		Code: "KA110", Name: "soak-without-upstreams", Severity: Warning, In: Anywhere,
		Summary: "A soak time without upstreams, which has no effect.",
		Why:     "Freight soaks in the upstreams that are listed. With none, or with direct: true, there is nothing to wait for.",
		Remedy:  "Remove it, or list the Stages in which Freight is to soak.",
		check:   (*pass).soaksWithoutUpstreams,
	}
}

func (p *pass) soaksWithoutUpstreams() {
	for _, r := range p.requests {
		if r.Sources.RequiredSoakTime == nil || len(r.Sources.Stages) > 0 {
			continue
		}
		p.report(Finding{
			Message: fmt.Sprintf("%s lists no upstream in which Freight could soak: requiredSoakTime has no effect", r.name()),
			Place:   r.at("sources", "requiredSoakTime"), Label: "never looked at", Subject: r.subject(""),
			Fix: &Fix{Safe, "remove requiredSoakTime", []Edit{remove(r.object, r.path("sources", "requiredSoakTime"))}},
		})
	}
}
