package pipeline

import (
	"cmp"
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func (p *Project) indexRequests(requests []kargo.PromotionRequest) {
	p.requests = map[string][]*kargo.PromotionRequest{}
	for i := range requests {
		stage := requests[i].Spec.Stage
		p.requests[stage] = append(p.requests[stage], &requests[i])
	}
	for _, list := range p.requests {
		slices.SortFunc(list, func(a, b *kargo.PromotionRequest) int {
			return cmp.Or(
				b.Metadata.CreationTimestamp.Compare(a.Metadata.CreationTimestamp),
				cmp.Compare(b.Metadata.Name, a.Metadata.Name), // they sort by time within a Stage
			)
		})
	}
}

// PromotionRequests returns the PromotionRequests of a Stage, newest first; empty when
// none was read.
func (p *Project) PromotionRequests(stage string) []*kargo.PromotionRequest { return p.requests[stage] }
