package avail

import "github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"

// Reason says why an upstream Stage is not satisfied.
type Reason string

// The reasons, in the order in which they take precedence.
const (
	SelfReference            Reason = "SelfReference"
	StageNotFound            Reason = "StageNotFound"
	Soaking                  Reason = "Soaking"
	SoakImpossible           Reason = "SoakImpossible"
	SoakInterrupted          Reason = "SoakInterrupted"
	StageDeleting            Reason = "StageDeleting"
	OriginNotRequested       Reason = "OriginNotRequested"
	AwaitingGate             Reason = "AwaitingGate"
	PromotionRunning         Reason = "PromotionRunning"
	VerificationPending      Reason = "VerificationPending"
	VerificationRunning      Reason = "VerificationRunning"
	PromotionPending         Reason = "PromotionPending"
	VerificationFailed       Reason = "VerificationFailed"
	VerificationError        Reason = "VerificationError"
	VerificationAborted      Reason = "VerificationAborted"
	VerificationInconclusive Reason = "VerificationInconclusive"
	AwaitingHealth           Reason = "AwaitingHealth"
	NotRecorded              Reason = "NotRecorded"
	Superseded               Reason = "Superseded"
	PromotionFailed          Reason = "PromotionFailed"
	PromotionErrored         Reason = "PromotionErrored"
	PromotionAborted         Reason = "PromotionAborted"
	NoSource                 Reason = "NoSource"
	Cycle                    Reason = "Cycle"
	UpstreamBlocked          Reason = "UpstreamBlocked"
	NotPromoted              Reason = "NotPromoted"
	// ReasonUnknown: the answer needs something that could not be read.
	ReasonUnknown Reason = "Unknown"
)

// reasonOfVerification maps a verification that ended without success to its
// reason; ok is false for every other phase.
func reasonOfVerification(phase kargo.VerificationPhase) (reason Reason, ok bool) {
	switch phase {
	case kargo.VerificationFailed:
		return VerificationFailed, true
	case kargo.VerificationError:
		return VerificationError, true
	case kargo.VerificationAborted:
		return VerificationAborted, true
	case kargo.VerificationInconclusive:
		return VerificationInconclusive, true
	case kargo.VerificationPending, kargo.VerificationRunning, kargo.VerificationSuccessful:
		return "", false
	}
	return "", false
}

// reasonOfPromotion maps a Promotion that ended without success to its reason; ok
// is false for every other phase.
func reasonOfPromotion(phase kargo.PromotionPhase) (reason Reason, ok bool) {
	switch phase {
	case kargo.PromotionFailed:
		return PromotionFailed, true
	case kargo.PromotionErrored:
		return PromotionErrored, true
	case kargo.PromotionAborted:
		return PromotionAborted, true
	case kargo.PromotionPending, kargo.PromotionRunning, kargo.PromotionSucceeded:
		return "", false
	}
	return "", false
}

// Lasts reports whether an upstream with this reason stays unsatisfied as the Stages are
// written, whatever happens.
func (r Reason) Lasts() bool {
	switch r {
	case SelfReference, StageNotFound, SoakImpossible, StageDeleting, OriginNotRequested, NoSource, Cycle:
		return true
	default:
		return false
	}
}

// InProgress reports whether an upstream with this reason may be satisfied soon, without
// anybody doing anything.
func (r Reason) InProgress() bool {
	switch r {
	case Soaking, AwaitingGate, PromotionRunning, PromotionPending, VerificationPending, VerificationRunning:
		return true
	default:
		return false
	}
}
