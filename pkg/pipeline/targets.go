package pipeline

import (
	"cmp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

func (p *Project) indexTargets(targets []kargo.Target) {
	for i := range targets {
		p.targets = append(p.targets, &targets[i])
	}
	slices.SortFunc(p.targets, func(a, b *kargo.Target) int { return cmp.Compare(a.Metadata.Name, b.Metadata.Name) })
}

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

// TargetsOf returns the Targets that a target-aware Stage selects, by name; empty when
// none was read. The error is that of a selector that selects nothing, as it is invalid.
func (p *Project) TargetsOf(stage *kargo.Stage) ([]*kargo.Target, error) {
	if !stage.IsTargetAware() {
		return nil, nil
	}
	var selectors []labels.Selector
	for i := range stage.Spec.Targets.Selectors {
		selector, err := metav1.LabelSelectorAsSelector(&stage.Spec.Targets.Selectors[i])
		if err != nil {
			return nil, err
		}
		selectors = append(selectors, selector)
	}
	var selected []*kargo.Target
	for _, target := range p.targets {
		if slices.ContainsFunc(selectors, func(s labels.Selector) bool { return s.Matches(labels.Set(target.Metadata.Labels)) }) {
			selected = append(selected, target)
		}
	}
	return selected, nil
}
