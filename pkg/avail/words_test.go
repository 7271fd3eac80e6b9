package avail_test

import (
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
)

// A reason without words relies on the message alone, and says so.
func TestEveryReasonHasWordsOrAMessage(t *testing.T) {
	for _, reason := range []avail.Reason{
		avail.SelfReference, avail.StageNotFound, avail.Soaking, avail.SoakImpossible, avail.SoakInterrupted,
		avail.StageDeleting, avail.OriginNotRequested, avail.AwaitingGate, avail.PromotionRunning,
		avail.VerificationPending, avail.VerificationRunning, avail.PromotionPending, avail.VerificationFailed,
		avail.VerificationError, avail.VerificationAborted, avail.VerificationInconclusive, avail.AwaitingHealth,
		avail.Superseded, avail.PromotionFailed, avail.PromotionErrored, avail.PromotionAborted, avail.NoSource,
		avail.Cycle, avail.UpstreamBlocked, avail.NotPromoted, avail.ReasonUnknown,
	} {
		words, message := reason.Words()
		if words == string(reason) {
			t.Errorf("%s has no words", reason)
		}
		if words == "" && message != avail.MessageInstead {
			t.Errorf("%s has neither words nor a message instead", reason)
		}
	}
}
