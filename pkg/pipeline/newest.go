package pipeline

import (
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Newest returns the newest instant that the objects mention, zero when they
// mention none: to judge them at an earlier one is to look back with hindsight.
func (o *Objects) Newest() time.Time {
	var n newest
	for i := range o.Stages {
		n.stage(&o.Stages[i])
	}
	for i := range o.Freight {
		n.freight(&o.Freight[i])
	}
	for i := range o.Promotions {
		n.at(o.Promotions[i].Metadata.CreationTimestamp)
		n.maybe(o.Promotions[i].Status.FinishedAt)
	}
	return n.time
}

// NewestOf returns the newest instant that a Stage mentions, zero when it mentions none.
func NewestOf(stage *kargo.Stage) time.Time {
	var n newest
	n.stage(stage)
	return n.time
}

type newest struct{ time time.Time }

func (n *newest) at(t time.Time) {
	if t.After(n.time) {
		n.time = t
	}
}

func (n *newest) maybe(t *time.Time) {
	if t != nil {
		n.at(*t)
	}
}

func (n *newest) stage(s *kargo.Stage) {
	n.at(s.Metadata.CreationTimestamp)
	n.maybe(s.Metadata.DeletionTimestamp)
	for i := range s.Status.FreightHistory {
		for _, v := range s.Status.FreightHistory[i].VerificationHistory {
			n.maybe(v.StartTime)
			n.maybe(v.FinishTime)
		}
	}
	if last := s.Status.LastPromotion; last != nil {
		n.maybe(last.FinishedAt)
		if last.Status != nil {
			n.maybe(last.Status.FinishedAt)
		}
	}
	for _, last := range []*kargo.PromotionRequestRef{s.Status.CurrentPromotionRequest, s.Status.LastPromotionRequest} {
		if last != nil {
			n.maybe(last.FinishedAt)
		}
	}
	for _, c := range s.Status.Conditions {
		n.maybe(c.LastTransitionTime)
	}
	for _, holds := range [...]map[string]kargo.Hold{s.Status.AutoPromotionHolds, s.Status.EffectiveAutoPromotionHolds} {
		for _, hold := range holds {
			n.maybe(hold.CreatedAt)
		}
	}
}

func (n *newest) freight(f *kargo.Freight) {
	n.at(f.Metadata.CreationTimestamp)
	n.maybe(f.DiscoveredAt)
	for _, v := range f.Status.VerifiedIn.All() {
		n.at(v.VerifiedAt.Time())
	}
	for _, a := range f.Status.ApprovedFor.All() {
		n.maybe(a.ApprovedAt)
	}
	for _, r := range f.Status.CurrentlyIn.All() {
		n.maybe(r.Since)
	}
}
