package build

import (
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// PromotionOption changes a Promotion under construction.
type PromotionOption func(*kargo.Promotion)

// Promotion returns a Promotion of the Freight to the Stage, without any time.
func Promotion(name, stage, freight string, phase kargo.PromotionPhase, options ...PromotionOption) kargo.Promotion {
	p := kargo.Promotion{
		Metadata: kargo.Metadata{Name: name},
		Spec:     kargo.PromotionSpec{Stage: stage, Freight: freight},
		Status:   kargo.PromotionStatus{Phase: phase},
	}
	for _, option := range options {
		option(&p)
	}
	return p
}

// Says is the Promotion's message.
func Says(message string) PromotionOption {
	return func(p *kargo.Promotion) { p.Status.Message = message }
}

// PromotedAt is the Promotion's creationTimestamp.
func PromotedAt(at time.Time) PromotionOption {
	return func(p *kargo.Promotion) { p.Metadata.CreationTimestamp = at }
}
