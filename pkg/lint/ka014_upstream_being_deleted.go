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
				Message: fmt.Sprintf("%s takes Freight from %s, which is being deleted: what %s has verified will soon not count any more", r.name(), upstream, upstream),
				Place:   r.entry(upstream), Label: "being deleted", Subject: r.subject(upstream),
				Advice: "list another upstream instead, or take Freight from the Warehouse",
				Effect: p.admitted(r),
			})
		}
	}
}
