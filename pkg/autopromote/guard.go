package autopromote

import (
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Guard is what keeps auto-promotion from promoting its candidate.
type Guard struct {
	Reason GuardReason
	// Promotion is the Promotion or PromotionRequest that does; "" when none does. Phase is
	// its phase, "" where nothing says it.
	Promotion, Phase string
	// Hold is what a person asked for; nil unless the Reason is GuardHeld.
	Hold *kargo.Hold
}

// GuardReason says why auto-promotion passes over a candidate.
type GuardReason string

// The reasons, in the order in which they take precedence.
const (
	// GuardNone: nothing is in the way.
	GuardNone GuardReason = ""
	// GuardCurrent: the Stage runs it already.
	GuardCurrent GuardReason = "Current"
	// GuardHeld: auto-promotion of the origin is on hold.
	GuardHeld GuardReason = "Held"
	// GuardInProgress: a Promotion of it is under way or queued.
	GuardInProgress GuardReason = "InProgress"
	// GuardSettling: its Promotion succeeded, and the Stage has not taken note yet.
	GuardSettling GuardReason = "Settling"
	// GuardUnsuccessful: its last Promotion did not succeed, and none is tried again.
	GuardUnsuccessful GuardReason = "Unsuccessful"
	// GuardPromotedBefore: there was a Promotion of it, however it ended.
	GuardPromotedBefore GuardReason = "PromotedBefore"
	// GuardUnknown: the Promotions are not known, or Kargo's choice among them.
	GuardUnknown GuardReason = "Unknown"
)

// GuardOf returns what keeps auto-promotion from promoting f, its candidate, to the
// Stage. Kargo: the regular Stage reconciler's autoPromoteFreight.
func GuardOf(stage *avail.Stage, f *kargo.Freight) Guard {
	rules := stage.Rules()
	if current := stage.Status.Current(); current != nil && current.Items[f.Origin.String()].Name == f.Metadata.Name {
		return Guard{Reason: GuardCurrent}
	}
	if hold := HoldOf(stage.Stage, rules, f.Origin); hold != nil {
		return Guard{Reason: GuardHeld, Promotion: hold.PromotionName, Hold: hold}
	}
	if stage.IsTargetAware() {
		return guardByRequest(stage, f)
	}
	if current := stage.Status.CurrentPromotion; rules.WeighsOutcome() && current.Of(f.Metadata.Name) {
		return Guard{Reason: GuardInProgress, Promotion: current.Name, Phase: string(kargo.PromotionRunning)}
	}
	if stage.Project().Unread(pipeline.Promotions) {
		return Guard{Reason: GuardUnknown}
	}
	promotions := stage.Project().Promotions(stage.Metadata.Name, f.Metadata.Name)
	switch {
	case len(promotions) == 0:
		return Guard{}
	case rules.WeighsOutcome():
		return guardByOutcome(stage, promotions)
	case followsUpstream(stage, f.Origin):
		return guardOfFollower(promotions)
	default:
		return guardOf(GuardPromotedBefore, promotions[0])
	}
}

// guardOf returns a Guard with its Promotion.
func guardOf(reason GuardReason, p *kargo.Promotion) Guard {
	return Guard{Reason: reason, Promotion: p.Metadata.Name, Phase: string(p.Status.Phase)}
}

// guardByRequest is the guard of a target-aware Stage: one PromotionRequest of a piece of
// Freight, in any phase, is the only one forever. Kargo: after v1.11.2.
func guardByRequest(stage *avail.Stage, f *kargo.Freight) Guard {
	for _, request := range stage.Project().PromotionRequests(stage.Metadata.Name) {
		if request.Spec.Freight == f.Metadata.Name {
			return guardOfRequest(request.Metadata.Name, request.Status.Phase)
		}
	}
	for _, ref := range []*kargo.PromotionRequestRef{stage.Status.CurrentPromotionRequest, stage.Status.LastPromotionRequest} {
		if ref.Of(f.Metadata.Name) {
			return guardOfRequest(ref.Name, ref.Phase)
		}
	}
	if stage.Project().Unread(pipeline.PromotionRequests) {
		return Guard{Reason: GuardUnknown}
	}
	return Guard{}
}

func guardOfRequest(name string, phase kargo.PromotionRequestPhase) Guard {
	guard := Guard{Promotion: name, Phase: string(phase)}
	switch {
	case !phase.Known():
		guard.Reason = GuardUnknown
	case !phase.Ended():
		guard.Reason = GuardInProgress
	case phase == kargo.RequestSucceeded:
		guard.Reason = GuardPromotedBefore
	default:
		guard.Reason = GuardUnsuccessful
	}
	return guard
}

// guardByOutcome is the guard from v1.11.0 on: how the newest Promotion ended counts.
func guardByOutcome(stage *avail.Stage, newestFirst []*kargo.Promotion) Guard {
	for _, p := range newestFirst {
		switch {
		case !p.Status.Phase.Known():
			return guardOf(GuardUnknown, p)
		case !p.Status.Phase.Ended():
			return guardOf(GuardInProgress, p)
		}
	}
	last := stage.Status.LastPromotion
	for _, p := range newestFirst {
		if p.Status.Phase == kargo.PromotionSucceeded && (last == nil || p.Metadata.Name > last.Name) {
			return guardOf(GuardSettling, p)
		}
	}
	if newestFirst[0].Status.Phase != kargo.PromotionSucceeded {
		return guardOf(GuardUnsuccessful, newestFirst[0])
	}
	return Guard{}
}

// guardOfFollower is the guard of MatchUpstream from v1.8.0 to v1.10: of several
// Promotions that ended, Kargo looks at any one.
func guardOfFollower(promotions []*kargo.Promotion) Guard {
	failed := 0
	for _, p := range promotions {
		switch {
		case !p.Status.Phase.Known():
			return guardOf(GuardUnknown, p)
		case !p.Status.Phase.Ended():
			return guardOf(GuardInProgress, p)
		case p.Status.Phase.Unsuccessful():
			failed++
		}
	}
	switch failed {
	case 0:
		return Guard{}
	case len(promotions):
		return guardOf(GuardUnsuccessful, promotions[0])
	default:
		return guardOf(GuardUnknown, promotions[0])
	}
}

// outcome returns what becomes of a candidate with this guard; ok is false where the guard
// does not decide.
func (g Guard) outcome() (outcome Outcome, ok bool) {
	switch g.Reason {
	case GuardCurrent:
		return Current, true
	case GuardHeld:
		return Held, true
	case GuardInProgress:
		return InProgress, true
	case GuardSettling:
		return Settling, true
	case GuardUnsuccessful:
		return Unsuccessful, true
	case GuardPromotedBefore:
		return PromotedBefore, true
	case GuardNone, GuardUnknown:
	}
	return "", false
}
