package lint

import "fmt"

func upstreamBeingDeleted() Rule {
	return Rule{
		Code: "KA014", Name: "upstream-being-deleted", Severity: Warning, In: ClusterOnly,
		Summary: "An upstream is being deleted.",
		Why:     "When Kargo deletes a Stage, it removes the Stage's verifications and approvals from all Freight. What is available now by way of it then stops being so.",
		Remedy:  "Take the Stage out of the lists of those that take Freight from it, before it is gone.",
		check:   (*pass).upstreamsBeingDeleted,
	}
}

func (p *pass) upstreamsBeingDeleted() {
	for _, r := range p.requests {
		for _, upstream := range r.Sources.Upstreams() {
			stage := p.Stage(upstream)
			if stage == nil || stage.Metadata.DeletionTimestamp == nil {
				continue
			}
			p.report(Finding{
				Message: fmt.Sprintf("%s takes Freight from %s, which is being deleted: what it has verified soon counts no more", r.name(), upstream),
				Place:   r.entry(upstream), Label: "being deleted", Subject: r.subject(upstream),
				Advice: "take it out of the list",
				Effect: p.admitted(r),
			})
		}
	}
}
