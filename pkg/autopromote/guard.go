package autopromote

import (
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Guard is what keeps auto-promotion from promoting its candidate.
type Guard struct {
	Reason GuardReason
	// Promotion is the Promotion that does; "" when none does.
	Promotion string
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
	if current := stage.Status.CurrentPromotion; rules.WeighsOutcome() && current.Of(f.Metadata.Name) {
		return Guard{Reason: GuardInProgress, Promotion: current.Name}
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
		return Guard{Reason: GuardPromotedBefore, Promotion: promotions[0].Metadata.Name}
	}
}

// guardByOutcome is the guard from v1.11.0 on: how the newest Promotion ended counts.
func guardByOutcome(stage *avail.Stage, newestFirst []*kargo.Promotion) Guard {
	for _, p := range newestFirst {
		if !p.Status.Phase.Ended() {
			return Guard{Reason: GuardInProgress, Promotion: p.Metadata.Name}
		}
	}
	last := stage.Status.LastPromotion
	for _, p := range newestFirst {
		if p.Status.Phase == kargo.PromotionSucceeded && (last == nil || p.Metadata.Name > last.Name) {
			return Guard{Reason: GuardSettling, Promotion: p.Metadata.Name}
		}
	}
	if newestFirst[0].Status.Phase != kargo.PromotionSucceeded {
		return Guard{Reason: GuardUnsuccessful, Promotion: newestFirst[0].Metadata.Name}
	}
	return Guard{}
}

// guardOfFollower is the guard of MatchUpstream from v1.8.0 to v1.10: of several
// Promotions that ended, Kargo looks at any one.
func guardOfFollower(promotions []*kargo.Promotion) Guard {
	failed := 0
	for _, p := range promotions {
		switch {
		case !p.Status.Phase.Ended():
			return Guard{Reason: GuardInProgress, Promotion: p.Metadata.Name}
		case p.Status.Phase.Unsuccessful():
			failed++
		}
	}
	switch failed {
	case 0:
		return Guard{}
	case len(promotions):
		return Guard{Reason: GuardUnsuccessful, Promotion: promotions[0].Metadata.Name}
	default:
		return Guard{Reason: GuardUnknown, Promotion: promotions[0].Metadata.Name}
	}
}
