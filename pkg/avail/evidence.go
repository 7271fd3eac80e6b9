package avail

import (
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Evidence is what is known of a piece of Freight at one Stage.
type Evidence struct {
	// VerifiedAt is when it was verified there; zero when it was not, or when nothing
	// says when.
	Verified   bool
	VerifiedAt time.Time
	// Since is when it entered, and There whether it is there now.
	There bool
	Since *time.Time
	// Promotion is its newest Promotion to the Stage; nil when none is known.
	Promotion *Promotion
	// Verification is the newest of what the Stage holds or, if Replaced, held with it;
	// nil when there is none.
	Verification *kargo.Verification
	Replaced     bool
	// Health is the Stage's, where it runs the Freight and is not Healthy; else nil.
	Health *kargo.Health
	// HealthSince is since when it has been so; nil when nothing says.
	HealthSince *time.Time
}

// EvidenceAt returns what is known of f at the Stage of this name in the same Project,
// which need not exist.
func (s *Stage) EvidenceAt(name string, f *kargo.Freight) Evidence {
	verified, ok := f.Status.VerifiedIn.Get(name)
	residence, there := f.Status.CurrentlyIn.Get(name)
	evidence := Evidence{Verified: ok, VerifiedAt: verified.VerifiedAt.Time(), There: there, Since: residence.Since}
	if at := s.Other(name); at != nil {
		at.addStageEvidence(&evidence, f)
	}
	return evidence
}

// addStageEvidence adds what the Stage itself says of f.
func (s *Stage) addStageEvidence(evidence *Evidence, f *kargo.Freight) {
	evidence.Promotion = s.LastPromotion(f)
	for i := range s.Status.FreightHistory {
		collection := &s.Status.FreightHistory[i]
		if !collection.Holds(f.Metadata.Name) {
			continue
		}
		if len(collection.VerificationHistory) > 0 {
			evidence.Verification, evidence.Replaced = &collection.VerificationHistory[0], i > 0
			break
		}
		if i == 0 { // it is there once more: what came of it before is history
			break
		}
	}
	if !s.RunsNow(f) {
		return
	}
	evidence.There = true
	if s.Status.Health == nil || s.Status.IsHealthy() {
		return
	}
	evidence.Health = s.Status.Health
	if c := s.Status.Condition(kargo.ConditionHealthy); c != nil {
		evidence.HealthSince = c.LastTransitionTime
	}
}
