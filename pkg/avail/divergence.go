package avail

import (
	"slices"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Cause is why the promotion check and the listing disagree.
type Cause string

// The causes of a divergence.
const (
	// SoakedElsewhere: the listing counts soaks in Stages that are not upstreams.
	SoakedElsewhere Cause = "SoakedElsewhere"
	// ControlFlowSoak: a soak time over an upstream that never holds Freight.
	ControlFlowSoak Cause = "ControlFlowSoak"
	// NotCurrentlyUpstream: MatchUpstream lists only what the upstream runs now.
	NotCurrentlyUpstream Cause = "NotCurrentlyUpstream"
	// ForeignOriginApproval: approved, though its origin is not requested; before v1.11.0.
	ForeignOriginApproval Cause = "ForeignOriginApproval"
	// WarehouseMissing: the listing fails without the Warehouse.
	WarehouseMissing Cause = "WarehouseMissing"
	// OriginRequestedTwice: the check ends at a request that the listing goes beyond.
	OriginRequestedTwice Cause = "OriginRequestedTwice"
	// EmptyAll: All over no upstreams is admitted and not listed; v1.3.3 to v1.7.10.
	EmptyAll Cause = "EmptyAll"
	// FirstVerifiedDecides: the check asks one upstream alone; v1.2.0 to v1.3.2.
	FirstVerifiedDecides Cause = "FirstVerifiedDecides"
	// StrategyIgnored: the check does not know All; v1.3.0 to v1.3.2.
	StrategyIgnored Cause = "StrategyIgnored"
	// SoakMeasuredDifferently: the listing counts from the verification; v1.2.0 to v1.3.2.
	SoakMeasuredDifferently Cause = "SoakMeasuredDifferently"
	// SoakWithoutSince: the listing panics over a stay without a beginning.
	SoakWithoutSince Cause = "SoakWithoutSince"
	// UnknownStrategy: the check takes it for OneOf, the listing fails.
	UnknownStrategy Cause = "UnknownStrategy"
	// MatchUpstreamWithoutUpstream: the listing panics.
	MatchUpstreamWithoutUpstream Cause = "MatchUpstreamWithoutUpstream"
)

// Divergence is a disagreement of the check and the listing with one cause.
type Divergence struct {
	Cause Cause
	In    []Semantics
	// Detail says more of the cause in this case than its words do; "" when there is no more.
	Detail string
}

// addCause notes that a cause holds under the semantics, one entry per cause.
func addCause(list []Divergence, cause Cause, semantics Semantics) []Divergence {
	i := slices.IndexFunc(list, func(d Divergence) bool { return d.Cause == cause })
	if i < 0 {
		return append(list, Divergence{Cause: cause, In: []Semantics{semantics}})
	}
	list[i].In = append(list[i].In, semantics)
	return list
}

// unlistedCause says why the listing lacks what the check admits by decision d.
func (e *Evaluator) unlistedCause(d decision, facts stageFacts, semantics Semantics) Cause {
	if len(facts.requests) == 0 {
		return ForeignOriginApproval
	}
	if d.verdict == VerdictApproved {
		return NotCurrentlyUpstream // nothing else keeps approved Freight out
	}
	s := d.by
	switch {
	case e.rules.follows(s.request.Request) && !s.atFirstUpstream:
		return NotCurrentlyUpstream
	case d.verdict == VerdictAllOfNothing:
		return EmptyAll
	case e.rules.soakByResidence:
		return SoakedElsewhere
	}
	all := semantics.strategy(s.request.Sources.AvailabilityStrategy) == kargo.All
	switch {
	case all && s.satisfied < s.upstreams:
		return StrategyIgnored
	case s.agedElsewhere && s.agedUpstreams == s.upstreams:
		return SoakedElsewhere
	default:
		return SoakMeasuredDifferently
	}
}

// refusedCause says why the check refuses what the listing has.
func (e *Evaluator) refusedCause(f *kargo.Freight, facts stageFacts, semantics Semantics) Cause {
	lister := slices.IndexFunc(facts.requests, func(s requestFacts) bool { return e.rules.listsRequest(&s, semantics) })
	s := &facts.requests[lister]
	if e.rules.checkRequest(s, semantics).available {
		return OriginRequestedTwice // an earlier request ended the check
	}
	if e.onlyGatesVerified(s, f) {
		return ControlFlowSoak
	}
	switch {
	case e.rules.soakByResidence:
		return SoakedElsewhere
	case s.satisfied > 0:
		return FirstVerifiedDecides
	case s.agedUpstreams == 0 && s.agedElsewhere:
		return SoakedElsewhere
	default:
		return SoakMeasuredDifferently
	}
}

// onlyGatesVerified reports whether all upstreams of the request that verified f
// are control-flow Stages, in which it can never soak.
func (e *Evaluator) onlyGatesVerified(s *requestFacts, f *kargo.Freight) bool {
	if _, soaks := e.rules.soakTime(s.request); !soaks || s.verified == 0 || s.satisfied > 0 {
		return false
	}
	for _, name := range s.request.upstreams {
		verified := f.Status.VerifiedIn.Has(name)
		if up := e.project.Stage(name); verified && (up == nil || !up.IsControlFlow()) {
			return false
		}
	}
	return true
}
