package autopromote

import (
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Next is what auto-promotion does next about one origin of a Stage, or why it does
// nothing. Everything that says what Kargo promotes by itself reads this.
type Next struct {
	Origin kargo.Origin
	// Freight is the candidate; nil when there is none, or it is not known.
	Freight *kargo.Freight
	Outcome Outcome
	// Promotion is the Promotion or PromotionRequest that decides; "" when none does.
	Promotion string
	// Phase is that of the Promotion, where its object or the Stage's status has it.
	Phase string
	// Requested says that the Promotion is a PromotionRequest, as the Stage is target-aware.
	Requested bool
	// Hold is what a person asked for; nil unless the Outcome is Held.
	Hold *kargo.Hold
	// First is the origin whose candidate is refused before this one's turn comes; set
	// for Behind, and for WillPromote where the reconciliation fails later on.
	First *Next
	// Until is when the obstacle goes away by itself; zero when that is not known.
	Until time.Time
	// Detail is the error, or the reason that Kargo gives; "" when there is none.
	Detail string
}

// Outcome is what becomes of one origin of a Stage.
type Outcome string

// The outcomes. Of several that hold, the first one counts.
const (
	// Deleting: the Stage is being deleted.
	Deleting Outcome = "Deleting"
	// Off: no policy switches auto-promotion on.
	Off Outcome = "Off"
	// ListingFails: Kargo cannot tell which Freight the Stage may have, for all origins.
	ListingFails Outcome = "ListingFails"
	// Current: the Stage runs the candidate already.
	Current Outcome = "Current"
	// Held: a person promoted other Freight, and auto-promotion of the origin is on hold.
	Held Outcome = "Held"
	// NoCandidate: no Freight of the origin is listed.
	NoCandidate Outcome = "NoCandidate"
	// Ambiguous: several pieces of Freight match the upstream.
	Ambiguous Outcome = "Ambiguous"
	// InProgress: a Promotion of the candidate is running or queued.
	InProgress Outcome = "InProgress"
	// Settling: its Promotion succeeded, and the Stage has not recorded it yet.
	Settling Outcome = "Settling"
	// Unsuccessful: its last Promotion did not succeed, and Kargo does not try again.
	Unsuccessful Outcome = "Unsuccessful"
	// PromotedBefore: there was a Promotion of it, however it ended.
	PromotedBefore Outcome = "PromotedBefore"
	// Frozen: a promotion window is closed.
	Frozen Outcome = "Frozen"
	// Refused: the candidate is listed and not available, so that its Promotion is refused.
	Refused Outcome = "Refused"
	// Behind: the candidate of an earlier origin is refused, which ends each attempt.
	Behind Outcome = "Behind"
	// WillPromote: the candidate is promoted when the Stage is next reconciled.
	WillPromote Outcome = "WillPromote"
	// Undetermined: what decides could not be read.
	Undetermined Outcome = "Unknown"
)

// Stops reports whether auto-promotion, which is on, will promote nothing of the origin,
// for a reason that does not end by itself as far as is known.
func (n *Next) Stops() bool {
	switch n.Outcome {
	case ListingFails, Held, Ambiguous, Unsuccessful, PromotedBefore:
		return true
	case Refused, Behind, Frozen:
		return n.Until.IsZero()
	case Deleting, Off, Current, NoCandidate, InProgress, Settling, WillPromote, Undetermined:
	}
	return false
}

// NextOf returns what auto-promotion does next about each origin of the Stage, in the
// order of the requests; nil for a control-flow Stage, to which nothing is promoted.
//
// Kargo: the regular Stage reconciler's autoPromoteFreight takes the origins in that order
// and ends with the first Promotion that is refused.
func NextOf(s *avail.Stage) []Next {
	if s.IsControlFlow() {
		return nil
	}
	policy, err := SwitchOf(s.Project(), s.Stage, s.Rules())
	pass := &pass{stage: s, policy: policy.Enabled}
	if err != nil {
		pass.doubt = err.Error()
	}
	if policy.Enabled != avail.No && s.ListError(avail.Configured) == "" {
		pass.candidates = Candidates(s, avail.Configured)
	}
	var list []Next
	for _, origin := range pipeline.Origins(s.Stage) {
		list = append(list, pass.next(origin))
	}
	return pass.delayed(list)
}

// NextFor returns what auto-promotion does next about one origin; nil when the Stage does
// not request it, and for a control-flow Stage.
func NextFor(s *avail.Stage, origin kargo.Origin) *Next {
	list := NextOf(s)
	if i := slices.IndexFunc(list, func(n Next) bool { return n.Origin == origin }); i >= 0 {
		return &list[i]
	}
	return nil
}

// pass is one attempt of the Stage's controller to promote.
type pass struct {
	stage  *avail.Stage
	policy avail.Truth
	// doubt says why the policy's answer is not known; "" where no policy is to blame.
	doubt string
	// candidates are by origin; nil where they are not known.
	candidates map[kargo.Origin]*kargo.Freight
	// refusing is the first origin whose candidate is refused, perhaps the first that may be.
	refusing, perhaps *Next
}

func (p *pass) next(origin kargo.Origin) Next {
	s, n := p.stage, Next{Origin: origin, Requested: p.stage.IsTargetAware()}
	switch {
	case s.Metadata.DeletionTimestamp != nil:
		n.Outcome = Deleting
		return n
	case p.policy == avail.No:
		n.Outcome = Off
		return n
	case s.ListError(avail.Configured) != "":
		n.Outcome, n.Detail = ListingFails, s.ListError(avail.Configured)
		return n
	}
	n.Freight = p.candidates[origin]
	if n.Freight == nil {
		p.withoutCandidate(&n)
		return n
	}
	guard := GuardOf(s, n.Freight)
	n.Promotion, n.Phase, n.Hold = guard.Promotion, guard.Phase, guard.Hold
	if outcome, guarded := guard.outcome(); guarded {
		n.Outcome = outcome
		return n
	}
	p.attempt(&n, guard.Reason == GuardUnknown)
	return n
}

// withoutCandidate says why nothing of the origin is picked.
func (p *pass) withoutCandidate(n *Next) {
	hold := HoldOf(p.stage.Stage, p.stage.Rules(), n.Origin)
	switch {
	case hold != nil:
		n.Outcome, n.Hold, n.Promotion = Held, hold, hold.PromotionName
	case p.candidates == nil:
		n.Outcome = Undetermined
	case len(p.stage.Listed(n.Origin, avail.Configured, 2)) > 1:
		n.Outcome = Ambiguous
	default:
		n.Outcome = NoCandidate
	}
}

// attempt is for a candidate that nothing keeps from being promoted, or perhaps nothing.
func (p *pass) attempt(n *Next, perhaps bool) {
	perhaps = perhaps || p.policy == avail.Unknown
	window := p.stage.Status.PromotionWindowStatus
	switch {
	case window != nil && window.Closed:
		n.Outcome, n.Detail = Frozen, window.Reason
		if window.NextOpen != nil {
			n.Until = *window.NextOpen
		}
	case !p.stage.Judge(n.Freight).Available[avail.Configured]:
		n.Outcome, n.Until = Refused, admittedAt(p.stage, n.Freight)
		if perhaps {
			p.perhaps = firstOf(p.perhaps, n)
		} else {
			p.refusing = firstOf(p.refusing, n)
		}
	case p.refusing != nil:
		n.Outcome, n.First, n.Until = Behind, p.refusing, p.refusing.Until
	case perhaps, p.perhaps != nil:
		n.Outcome, n.Detail = Undetermined, p.doubt
	default:
		n.Outcome = WillPromote
	}
}

// firstOf returns the first one, if there is one, else a copy of the other.
func firstOf(first, other *Next) *Next {
	if first != nil {
		return first
	}
	refused := *other
	return &refused
}

// admittedAt returns when Freight becomes available by itself, zero when it does not.
func admittedAt(s *avail.Stage, f *kargo.Freight) time.Time {
	if o := s.Forecast(f).Available[avail.Configured]; o.State == avail.Later {
		return o.At
	}
	return time.Time{}
}

// delayed notes at what is promoted before a refusal that the attempts fail.
func (p *pass) delayed(list []Next) []Next {
	for i := range list {
		if list[i].Outcome == WillPromote {
			list[i].First = p.refusing
			list[i].Detail = Failing(p.stage.Stage)
		}
	}
	return list
}

// Failing returns the error with which the reconciliation of a Stage fails, as its
// conditions tell it, "" when it does not fail. Kargo then tries again after a pause that
// doubles each time, up to 1,000 seconds.
func Failing(stage *kargo.Stage) string {
	reconciling, ready := stage.Status.Condition(kargo.ConditionReconciling), stage.Status.Condition(kargo.ConditionReady)
	if reconciling == nil || reconciling.Status != "True" || !strings.HasPrefix(reconciling.Reason, "RetryAfter") {
		return ""
	}
	if reconciling.Message != "" || ready == nil {
		return reconciling.String()
	}
	return ready.String()
}
